// The script of pages whose models take drawings or numbers.
import { AsksSample } from './asks-sample.tsx';
import { startPage } from './start-page.tsx';

startPage(AsksSample);
