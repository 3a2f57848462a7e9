import { expect, it } from 'vitest';
import { balanced } from './balanced.ts';
import { answering, failing, fakeEngine } from './fake-engine.ts';

it('predictions that engines answered are told as this server’s own are, and so is that none did', async () => {
  const { add, ask, answeredFor } = await balanced();
  const well = await fakeEngine(answering(7));
  await add(well.url);
  await ask();
  expect(answeredFor).toEqual(['m@7 ok']);
});

it('a prediction that no engine answers is told once, however often it was tried', async () => {
  const { add, ask, answeredFor, tried } = await balanced();
  for (let n = 0; n < 2; n += 1) await add((await fakeEngine(failing(503))).url);
  await expect(ask()).rejects.toMatchObject({ code: expect.any(String) });
  expect(tried.length).toBeGreaterThan(1);
  expect(answeredFor).toHaveLength(1);
  expect(answeredFor[0]).not.toMatch(/ ok$/);
});
