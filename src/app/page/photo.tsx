// The script of pages whose models take photos.
import { AsksPhoto } from './asks-photo.tsx';
import { startPage } from './start-page.tsx';

startPage(AsksPhoto);
