// New model taught by rows of numbers, with the real store and worker: a table is looked at and brought, rows are typed, and what is
// typed is answered.
import { render } from 'preact';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/camera.css';
import '../../../src/app/styles/new-model.css';
import { WorkerBridge } from '../../../src/app/bridge/worker-bridge.ts';
import { ToastHost } from '../../../src/app/parts/toast.tsx';
import { TeachByShowing } from '../../../src/app/screens/new-model/teach-by-showing.tsx';
import { bringingNow } from '../../../src/app/screens/new-model/bringing.ts';
import { giveTable, giveTables, waitingTables } from '../../../src/app/screens/new-model/given-tables.ts';
import { openTeaching, type Teaching } from '../../../src/app/state/project.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import { rowLimits } from '../../../src/core/teach/row-limits.ts';
import { type Database, openHaversackDB } from '../../../src/device/db.ts';
import { listExamples, removeExamples } from '../../../src/device/examples.ts';
import { exportProject } from '../../../src/device/export-project.ts';
import { createProject, readProject } from '../../../src/device/projects.ts';
import { freshDB } from '../../device/fresh-db.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  waitingTables.value = [];
  vi.restoreAllMocks();
});

/** @param db absent: one of its own, which no worker knows */
async function shown(given?: Database) {
  const db = given ?? (await freshDB()).db;
  const { id } = await createProject(db, { kind: 'row', model: 'flowers' });
  const training = new WorkerBridge('training');
  services.value = { db, training } as Services;
  const teaching = await openTeaching(id);
  onTestFinished(() => {
    render(null, root);
    teaching.dispose();
    training.stop();
    services.value = null;
  });
  render(
    <>
      <TeachByShowing teaching={teaching} />
      <ToastHost />
    </>,
    root,
  );
  const examples = () => listExamples(db, id);
  const labels = async () => (await readProject(db, id)).classes.map(({ label }) => label);
  return { db, id, teaching, examples, labels };
}

const text = () => document.body.innerText;

async function found<T extends HTMLElement>(selector: string): Promise<T> {
  await expect.poll(() => document.querySelector(selector), { message: selector }).not.toBe(null);
  return document.querySelector<T>(selector)!;
}

/** The button that says so, once it may be pressed. */
async function press(name: string | RegExp): Promise<void> {
  const find = () =>
    [...document.querySelectorAll<HTMLElement>('button')].find(
      button =>
        button.ariaDisabled !== 'true' &&
        (typeof name === 'string' ? button.innerText.trim() === name : name.test(button.innerText)),
    );
  await expect.poll(find, { message: `no button ${String(name)} in:\n${text()}` }).toBeDefined();
  find()!.click();
}

/** As the system's choice of files gives them. @param where in which part of the page */
async function give(name: string, csv: string, where = '.drop'): Promise<void> {
  const data = new DataTransfer();
  data.items.add(new File([csv], name, { type: 'text/csv' }));
  const input = await found<HTMLInputElement>(`${where} input[type=file][accept^='.csv']`);
  input.files = data.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

const table = (rows: number, columns = 'length,width,kind'): string =>
  [
    columns,
    ...Array.from({ length: rows }, (_, i) => {
      const [kind, at] = i % 2 === 0 ? ['long', 10] : ['short', 2];
      return [at + (i % 5) / 10, 1 + (i % 7) / 10, kind].join(',');
    }),
  ].join('\n');

test('a table with a column of labels becomes classes and rows, and is answered by', async () => {
  const db = await openHaversackDB();
  onTestFinished(() => db.close());
  for (const store of db.objectStoreNames) await db.clear(store);
  const { examples, labels, teaching } = await shown(db);
  await give('flowers.csv', `${table(40)}\n10,1,long`);
  const dialog = await found('dialog');
  await expect.poll(() => dialog.innerText).toContain('2 classes: long (21), short (20)');
  expect(dialog.querySelector('select')!.value).toBe('kind');
  await press('Bring in 41 rows');
  await expect.poll(async () => (await examples()).length).toBe(40);
  expect(await labels()).toEqual(['long', 'short']);
  await expect.poll(text).toContain('40 rows brought in. 1 row was already there.');
  // Filled in with the last row that was shown, and answered once it is learnt.
  await expect.poll(() => teaching.answer.value?.by, { timeout: 20_000 }).toBe('head');
  const fields = [...document.querySelectorAll<HTMLInputElement>('.live-form input')];
  expect(fields).toHaveLength(2);
  await userEvent.fill(fields[0]!, '9.9');
  await userEvent.fill(fields[1]!, '1.2');
  await expect.poll(() => document.querySelector('.live-word')?.textContent).toBe('long');
  await userEvent.fill(fields[0]!, '2.2');
  await expect.poll(() => document.querySelector('.live-word')?.textContent).toBe('short');
  await userEvent.fill(fields[0]!, '');
  await expect.poll(() => document.querySelector('.live-word')).toBe(null);
});

test('another table is matched by its names, whatever their order; one that does not fit is told in three lines', async () => {
  const { examples } = await shown();
  await give('first.csv', table(10));
  await press(/^Bring in/);
  await expect.poll(async () => (await examples()).length).toBe(10);
  await give('second.csv', 'kind,width,length\nlong,3.25,11\n');
  await press('Bring in 1 row');
  await expect.poll(async () => (await examples()).length).toBe(11);
  await expect.poll(() => document.querySelector('.thumb-line')?.textContent).toBe('11  3.25');
  await give('third.csv', 'kind,width,height\nlong,3.25,11\n');
  const alert = await found('dialog [role=alert]');
  expect(alert.innerText).toContain('The columns do not fit those of this model.');
  expect(alert.innerText).toContain('Missing: length. Too many: height.');
  expect(alert.innerText).toContain('Rename them in the table');
  const bring = [...document.querySelectorAll('dialog button')].at(-1)!;
  expect(bring.getAttribute('aria-disabled')).toBe('true');
  await press('Cancel');
  await expect.poll(() => document.querySelector('dialog')).toBe(null);
});

test('what is not taken is counted and told before; a label column can be another, or none', async () => {
  const { examples, labels } = await shown();
  await give('walk.csv', 'id,x,y,kind\na,1,2,up\nb,?,2,up\nc,3,,down\nd,3,4,\ne,5,6,down\n');
  const dialog = await found('dialog');
  await expect.poll(() => dialog.innerText).toContain('No numbers, not taken: id');
  expect(dialog.innerText).toContain('2 rows were not taken: a cell of each is no number.');
  expect(dialog.innerText).toContain('1 row says nothing of what it is, and is not taken.');
  await userEvent.selectOptions(dialog.querySelector('select')!, 'None: all rows are of one class');
  await expect.poll(() => dialog.innerText).toContain('A new class: walk');
  await press('Bring in 3 rows');
  await expect.poll(async () => (await examples()).length).toBe(3);
  expect(await labels()).toEqual(['walk']);
});

test('a file for one class is of that, and a table without names is read by place', async () => {
  const { examples, teaching } = await shown();
  await give('first.csv', table(4));
  await press(/^Bring in/);
  await expect.poll(async () => (await examples()).length).toBe(4);
  await give('more.csv', '7,8\n9,10\n', '[aria-label="short"]');
  const dialog = await found('dialog');
  await expect.poll(() => dialog.querySelectorAll('select')[1]?.value).toBe('short');
  await press('Bring in 2 rows');
  await expect.poll(async () => (await examples()).length).toBe(6);
  const short = teaching.project.value.classes.find(({ label }) => label === 'short')!;
  await expect.poll(() => teaching.byClass.value.get(short.id)?.length).toBe(4);
});

test('rows are pasted from a spreadsheet', async () => {
  const { examples, labels } = await shown();
  for (const summary of root.querySelectorAll('summary')) summary.click();
  const area = await found<HTMLTextAreaElement>('textarea');
  await userEvent.fill(area, 'a\tb\tclass\n1,5\t2\tx\n3\t4\ty\n');
  await press('Look at them');
  await press('Bring in 2 rows');
  await expect.poll(async () => (await examples()).length).toBe(2);
  expect(await labels()).toEqual(['x', 'y']);
});

test('columns are typed, then rows: a tap each, and the same row is told', async () => {
  const { examples, labels } = await shown();
  for (const summary of root.querySelectorAll('summary')) summary.click();
  await userEvent.fill(await found('form input'), 'weight, length');
  await press('Begin');
  await expect.poll(labels).toEqual(['Class 1', 'Class 2']);
  const add = () => [...document.querySelectorAll<HTMLElement>('.class-ways button')];
  await expect.poll(() => add().map(button => button.ariaDisabled)).toEqual(['true', 'true']);
  expect(add()[0]!.ariaLabel).toBe('Fill in all numbers first, for Class 1');
  const [weight, length] = [...document.querySelectorAll<HTMLInputElement>('.live-form input')];
  await userEvent.fill(weight!, '1,5');
  await userEvent.fill(length!, '2');
  await press('Add to Class 1');
  await expect.poll(async () => (await examples()).map(({ source }) => source)).toEqual(['form']);
  // What was typed stays for the next.
  expect(weight!.value).toBe('1,5');
  await press('Add to Class 1');
  await expect.poll(text).toContain('1 row was already there.');
});

test('a row of many numbers is typed as text', async () => {
  const { examples } = await shown();
  const names = Array.from({ length: 40 }, (_, i) => `c${i}`);
  const first = names.map((_, i) => i / 2);
  await give(
    'wide.csv',
    [[...names, 'kind'].join(), [...first, 'x'].join(), [...first.toReversed(), 'y'].join()].join('\n'),
  );
  await press('Bring in 2 rows');
  const area = await found<HTMLTextAreaElement>('.live-form textarea');
  await expect.poll(() => area.value.split(' ').length).toBe(40);
  await userEvent.fill(area, '');
  await userEvent.type(area, '1 2 ');
  expect(area.value).toBe('1 2 ');
  const add = () => document.querySelector<HTMLElement>('.class-ways button');
  expect(add()?.ariaDisabled).toBe('true');
  await userEvent.fill(area, names.map((_, i) => i).join('\t'));
  await expect.poll(() => add()?.ariaDisabled).not.toBe('true');
  add()!.click();
  await expect.poll(async () => (await examples()).length).toBe(3);
});

test('of too many numbers none is a row: which are meant, nobody knows', async () => {
  await shown();
  const names = Array.from({ length: 40 }, (_, i) => `c${i}`);
  const first = names.map((_, i) => i / 2);
  await give(
    'wide.csv',
    [[...names, 'kind'].join(), [...first, 'x'].join(), [...first.toReversed(), 'y'].join()].join('\n'),
  );
  await press('Bring in 2 rows');
  const area = await found<HTMLTextAreaElement>('.live-form textarea');
  await userEvent.fill(area, [...names.keys(), 7].join(' '));
  await expect.poll(text).toContain('These are 41 numbers, 40 are wanted.');
  expect(document.querySelector<HTMLElement>('.class-ways button')?.ariaDisabled).toBe('true');
});

test('a row that is there under another class is of what is said last, which is told and undone', async () => {
  const { examples, teaching } = await shown();
  await give('first.csv', table(6));
  await press('Bring in 6 rows');
  await expect.poll(async () => (await examples()).length).toBe(6);
  const before = await examples();
  const counts = () => [...teaching.byClass.value.values()].map(({ length }) => length).sort();
  await expect.poll(counts).toEqual([3, 3]);
  // The form is filled in with the last row that was shown, of the other class.
  await press('Add to long');
  await expect.poll(text).toContain('1 row is now of long.');
  await expect.poll(counts).toEqual([2, 4]);
  await press('Undo');
  await expect.poll(examples).toEqual(before);
  await give('again.csv', table(6));
  await userEvent.selectOptions(await found('dialog select'), 'None: all rows are of one class');
  await press('Bring in 6 rows');
  await expect.poll(text).toContain('6 rows are now of again.');
  await press('Undo');
  await expect.poll(examples).toEqual(before);
});

test('a column that counts the rows, or has no name, is not taken, and why is said; the first may be all the same', async () => {
  const { examples, teaching } = await shown();
  const rows = ['5.1,2,x', '4.9,3,y', '7,8,x'];
  const counted = rows.map((row, i) => `${i},${i + 1},${row}`);
  await give('r.csv', [',Id,a,b,kind', ...counted].join('\n'));
  const dialog = await found('dialog');
  await expect.poll(() => dialog.innerText).toContain('2 columns of numbers');
  expect(dialog.innerText).toContain(
    'Numbers, not taken: a column without a name, Id (rises by 1 in each row: it tells these rows, and no others)',
  );
  expect(dialog.innerText).toContain('The first row as it is read: a 5.1, b 2');
  dialog.querySelector('summary')!.click();
  const ticks = [...dialog.querySelectorAll<HTMLInputElement>('details input')];
  expect(ticks.map(({ checked }) => checked)).toEqual([false, true, true]);
  ticks[0]!.click();
  await expect.poll(() => dialog.innerText).toContain('3 columns of numbers');
  ticks[0]!.click();
  await press('Bring in 3 rows');
  await expect.poll(async () => (await examples()).length).toBe(3);
  expect(teaching.project.value.columns).toEqual(['a', 'b']);
});

test('rows of the same numbers and another class are counted; of them the last counts', async () => {
  const { examples } = await shown();
  await give('same.csv', 'a,b,kind\n1,2,x\n1,2,y\n3,4,y\n');
  const dialog = await found('dialog');
  await expect
    .poll(() => dialog.innerText)
    .toContain('1 row has the same numbers as one before it, and another class: the last of them counts.');
  await press('Bring in 3 rows');
  await expect.poll(async () => (await examples()).length).toBe(2);
  expect(new Set((await examples()).map(({ class: of }) => of)).size).toBe(1);
});

test('more rows than a model takes are refused before one is kept, with both numbers', async () => {
  const { examples } = await shown();
  await give('first.csv', 'a,kind\n0.5,x\n0,y\n');
  await press('Bring in 2 rows');
  await expect.poll(async () => (await examples()).length).toBe(2);
  // One of them is there already.
  const rows = (count: number) =>
    ['a,kind', ...Array.from({ length: count }, (_, i) => `${-i},x`)].join('\n');
  await give('many.csv', rows(10_000));
  const alert = await found('dialog [role=alert]');
  expect(alert.innerText).toContain('There would be 10,001 rows then, at most 10,000 are taken.');
  expect([...document.querySelectorAll('dialog button')].at(-1)!.ariaDisabled).toBe('true');
  await press('Cancel');
  await give('fewer.csv', rows(9999));
  await expect.poll(() => document.querySelector('dialog')?.innerText).toContain('9,999 rows');
  await expect
    .poll(() => [...document.querySelectorAll('dialog button')].at(-1)!.ariaDisabled)
    .not.toBe('true');
  expect(await examples()).toHaveLength(2);
});

test('columns that were typed wrong are said anew for as long as there is no row', async () => {
  const { teaching } = await shown();
  for (const summary of root.querySelectorAll('summary')) summary.click();
  await userEvent.fill(await found('form input'), 'wieght, length');
  await press('Begin');
  await expect.poll(() => document.querySelector('.live-form')?.textContent).toContain('wieght');
  for (const summary of root.querySelectorAll('summary')) summary.click();
  const again = await found<HTMLInputElement>('details form input');
  expect(again.value).toBe('wieght, length');
  await userEvent.fill(again, 'weight, length');
  await press('Begin');
  await expect.poll(() => teaching.project.value.columns).toEqual(['weight', 'length']);
  expect(teaching.project.value.classes).toHaveLength(2);
});

test('what is too long is not read; what is stopped takes what waits behind it along', async () => {
  const { teaching } = await shown();
  await giveTable(teaching, { name: null, text: '1'.repeat(rowLimits.fileBytes + 1) });
  await expect.poll(text).toContain('at most 16');
  expect(waitingTables.value).toEqual([]);
  const asked: string[] = [];
  const stopping: Teaching = {
    ...teaching,
    bringOwnTable: given => {
      asked.push(given);
      bringingNow.value!.stop();
      return Promise.resolve(null);
    },
  };
  const files = ['first', 'second'].map(name => ({
    file: new File([name], `${name}.csv`),
    path: `${name}.csv`,
  }));
  await giveTables(stopping, files, null);
  expect(asked).toEqual(['first']);
});

test('rows are selected by keys, and removed', async () => {
  const { examples } = await shown();
  await give('first.csv', table(6));
  await press(/^Bring in/);
  await expect.poll(() => document.querySelectorAll('.thumb-line').length).toBe(6);
  const list = await found('[role=listbox]');
  list.focus();
  await userEvent.keyboard(' {ArrowDown}{Shift>} {/Shift}{Delete}');
  await expect.poll(async () => (await examples()).length).toBe(4);
  await press('Undo');
  await expect.poll(async () => (await examples()).length).toBe(6);
});

test('what this app wrote comes back with its parts, without a question', async () => {
  const { db, id, examples } = await shown();
  await give('first.csv', table(12));
  await press(/^Bring in/);
  await expect.poll(async () => (await examples()).length).toBe(12);
  const zip = await exportProject(db, id);
  const again = await createProject(db, { kind: 'row', model: 'again' });
  const teaching = await openTeaching(again.id);
  onTestFinished(() => teaching.dispose());
  const made = await teaching.bringZip(zip, {});
  expect(made).toMatchObject({ added: 12, unreadable: [] });
  const { unzipSync } = await import('fflate');
  const csv = new TextDecoder().decode(unzipSync(new Uint8Array(await zip.arrayBuffer()))['rows.csv']);
  await give('rows.csv', csv);
  await expect.poll(text).toContain('12 rows were already there.');
  expect(document.querySelector('dialog')).toBe(null);
  const before = await examples();
  await removeExamples(db, [before[0]!.id]);
  for (const summary of root.querySelectorAll('summary')) summary.click();
  await userEvent.fill(await found('.drop ~ details textarea'), csv);
  await press('Look at them');
  await expect
    .poll(async () => (await examples()).map(({ part }) => part).sort())
    .toEqual(before.map(({ part }) => part).sort());
  expect(document.querySelector('dialog')).toBe(null);
});

test('what is no table is told, and why', async () => {
  await shown();
  await give('broken.csv', 'a,b\n1,2\n3\n');
  const alert = await found('dialog [role=alert]');
  expect(alert.innerText).toContain('That is no table that can be read.');
  expect(alert.innerText).toContain('row 2 has 1 cells, wanted 2.');
});
