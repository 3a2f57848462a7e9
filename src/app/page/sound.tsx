// The script of pages whose models take sounds.
import { AsksSound } from './asks-sound.tsx';
import { startPage } from './start-page.tsx';

startPage(AsksSound);
