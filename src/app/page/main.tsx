// The script of an exported page: one model, alone, without a server. Built into one file (`scripts/build.mjs`) and put beside the
// model by `core/page/compose-page.ts`.
import { render } from 'preact';
import { receiveFiles } from '../../core/page/embedded-files.ts';
import { factsElement, type PageFacts } from '../../core/page/page-facts.ts';
import { language } from '../i18n/language.ts';
import { openPageModel } from './open-page-model.ts';
import { Page } from './page.tsx';
import './page.css';

// Written by `composePage` into this very page.
const facts = JSON.parse(document.getElementById(factsElement)!.textContent) as PageFacts;
document.documentElement.lang = language.peek();
const opening = openPageModel(facts, receiveFiles(globalThis));
render(<Page facts={facts} opening={opening} />, document.getElementById('app')!);
