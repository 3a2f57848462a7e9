// Where the page begins: styles, the router, the shell, and then, behind the first paint, the device's services.
import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/parts-input.css';
import './styles/shell.css';
import { App } from './app.tsx';
import { startRouter } from './router.ts';
import { startApp } from './state/start.ts';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app');

startRouter();
render(<App />, root);
void startApp();
