// The `haversack` command where everything is built and installed, and nothing may be: in an image, under a service manager.
import { main } from '../dist/server/cli.js';

await main(process.argv.slice(2));
