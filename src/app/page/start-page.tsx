// Begins an exported page: one model, alone, without a server. Each entry brings the one way of asking that its models want; built
// into one file each (`scripts/build.mjs`), and put beside the model by `core/page/compose-page.ts`.
import { render } from 'preact';
import { receiveFiles } from '../../core/page/embedded-files.ts';
import { factsElement, type PageFacts } from '../../core/page/page-facts.ts';
import { language } from '../i18n/language.ts';
import { openPageModel } from './open-page-model.ts';
import { type Asks, Page } from './page.tsx';
import './page.css';

export function startPage(asks: Asks): void {
  // Written by `composePage` into this very page.
  const facts = JSON.parse(document.getElementById(factsElement)!.textContent) as PageFacts;
  document.documentElement.lang = language.peek();
  const opening = openPageModel(facts, receiveFiles(globalThis));
  render(<Page facts={facts} opening={opening} asks={asks} />, document.getElementById('app')!);
}
