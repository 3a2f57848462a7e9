import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { answerProblem, type Proxy, proxyTo, type Seen, type Served, serveDemo } from '../../sdk/served.ts';
import { haversack } from './captured.ts';

let server: Served;
let proxy: Proxy;
const atEnd: (() => void | Promise<void>)[] = [];
beforeAll(async () => {
  server = await serveDemo(clean => void atEnd.unshift(clean));
  proxy = await proxyTo(server.url, clean => void atEnd.unshift(clean));
});
afterAll(async () => {
  for (const clean of atEnd) await clean();
});

/** As a server of another kind answers what it does not know. */
const withoutRegistry: Proxy['intercept'] = ({ path }, response) => {
  if (!path.startsWith('/registry')) return false;
  response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
  return true;
};
beforeEach(() => {
  proxy.seen.length = 0;
  proxy.intercept = withoutRegistry;
});

const row = 'sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm\n6.3,3.3,6.0,2.5\n';

async function predict(model: string, stdin: string, ...more: string[]) {
  const args = ['predict', model, '--url', proxy.url, '--input', '-', '--json', ...more];
  const { code, out, err } = await haversack('/', args, { stdin });
  return { code, err, value: code === 0 ? (JSON.parse(out) as { rows: object[] }) : null };
}

const infer = () => proxy.seen.filter(({ path }: Seen) => path.endsWith('/infer'));

it('answers with labels where /v2 says how, and in bytes where the server takes them', async () => {
  const { value } = await predict('iris', row);
  expect(value).toMatchObject({ model: 'iris', version: 2, rows: [{ label: 'virginica' }] });
  expect(infer().map(({ headers }) => headers['content-type'])).toEqual(['application/octet-stream']);
});

/** /v2 as the specification has it and no more. */
const plain = (metadata: object, extensions: string[] = []): Proxy['intercept'] => {
  const answers: Record<string, object> = {
    '/v2': { name: 'other', version: '1', extensions },
    '/v2/models/iris': { name: 'iris', platform: 'other', ...metadata },
  };
  return (request, response) => {
    const answer = answers[request.path];
    if (!answer) return withoutRegistry(request, response);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    return true;
  };
};

it('answers with outputs alone where a server says names and shapes and nothing else, in JSON', async () => {
  const tensors = {
    inputs: [{ name: 'measurements', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
  };
  proxy.intercept = plain(tensors);
  const { value } = await predict('iris', '[[6.3,3.3,6.0,2.5],[5.1,3.5,1.4,0.2]]');
  expect(value).toMatchObject({ model: 'iris', version: 2 });
  expect(value!.rows).toHaveLength(2);
  expect(value!.rows[0]).toEqual({
    outputs: { probabilities: [expect.any(Number), expect.any(Number), expect.any(Number)] },
  });
  expect(infer().map(({ headers }) => headers['content-type'])).toEqual(['application/json']);
});

it('takes a body at its word where a server does not say what a model takes, and nothing else', async () => {
  proxy.intercept = plain({ inputs: null });
  const body = {
    inputs: [{ name: 'measurements', datatype: 'FP32', shape: [1, 4], data: [6.3, 3.3, 6, 2.5] }],
  };
  expect((await predict('iris', JSON.stringify(body))).value!.rows).toHaveLength(1);
  const { code, err } = await predict('iris', row);
  expect(code).toBe(1);
  expect(err).toContain('give a body');
});

it('asks by the names and versions of other servers', async () => {
  proxy.intercept = (request, response) =>
    withoutRegistry(request, response) || answerProblem(response, 404, { error: 'no such model' });
  const { code, err } = await predict('ResNet_50@v1.2', row);
  expect(code).toBe(1);
  expect(err).toContain('no such model');
  expect(proxy.seen.some(({ path }) => path === '/v2/models/ResNet_50/versions/v1.2')).toBe(true);
});

it('takes no other word where the registry must have a certain key', async () => {
  const { code } = await predict('iris', row, '--registry-key', 'f'.repeat(64));
  expect(code).toBe(1);
  expect(infer()).toHaveLength(0);
});
