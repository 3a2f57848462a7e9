// Bundles that come from outside the screens: dropped anywhere, or opened with the installed app by the system.
import { useEffect } from 'preact/hooks';
import { isBundle, openBundleFile } from '../state/bundles.ts';

/** File Handling (WICG): Chromium's, on desktops only. */
interface LaunchQueue {
  setConsumer(consume: (launch: { readonly files?: readonly FileSystemFileHandle[] }) => void): void;
}

export function useBundleDrop(): void {
  useEffect(() => {
    const onDrop = (event: DragEvent) => {
      const file = [...(event.dataTransfer?.files ?? [])].find(isBundle);
      if (!file) return;
      event.preventDefault();
      event.stopPropagation();
      void openBundleFile(file);
    };
    // Without it the browser would show the file in the app's place.
    const onDragOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    // Before the screens' own drop zones, which take other files.
    addEventListener('drop', onDrop, { capture: true });
    addEventListener('dragover', onDragOver);
    const { launchQueue } = window as { launchQueue?: LaunchQueue };
    launchQueue?.setConsumer(launch => {
      void launch.files?.[0]?.getFile().then(openBundleFile);
    });
    return () => {
      removeEventListener('drop', onDrop, { capture: true });
      removeEventListener('dragover', onDragOver);
    };
  }, []);
}
