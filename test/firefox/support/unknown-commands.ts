// Playwright (1.65) tells every Firefox which media features a page is to see, and gives up where it does not know the command: no
// ESR does so far. Here that command is answered without being sent. To go once the ESR knows `emulation.setMediaFeaturesOverride`
// (https://w3c.github.io/webdriver-bidi/#command-emulation-setMediaFeaturesOverride).
import { firefox } from 'playwright';

const unsent = 'emulation.setMediaFeaturesOverride';

interface Message {
  readonly id: number;
  readonly method: string;
}

interface Transport {
  send(message: Message): void;
  onmessage?: (answer: { id: number; type: 'success'; result: object }) => void;
}

/** Of Playwright's own objects, what is reached into; they are no part of its interface. */
interface BrowserTypeImpl {
  readonly _bidiFirefox: {
    connectToTransport: (transport: Transport, ...rest: unknown[]) => Promise<unknown>;
  };
}
interface Reached {
  readonly _connection: { toImpl(of: unknown): BrowserTypeImpl };
}

/** From now on; once a process. */
export function answerUnknownCommands(): void {
  const { _bidiFirefox: type } = (firefox as unknown as Reached)._connection.toImpl(firefox);
  const connect = type.connectToTransport.bind(type);
  type.connectToTransport = (transport, ...rest) => {
    const send = transport.send.bind(transport);
    transport.send = message => {
      if (message.method !== unsent) send(message);
      else queueMicrotask(() => transport.onmessage?.({ id: message.id, type: 'success', result: {} }));
    };
    return connect(transport, ...rest);
  };
}
