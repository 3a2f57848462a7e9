// A worker named `one` is told that the machine has one core, whoever asks: so every library is held to one thread in the
// same way. To be imported before whoever asks.
if (self.name === 'one') Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });
