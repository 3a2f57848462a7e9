// The one place zod is imported from: `jitless`, because the Content-Security-Policy allows no code from strings.
import * as z from 'zod';

z.config({ jitless: true });

export { z };
