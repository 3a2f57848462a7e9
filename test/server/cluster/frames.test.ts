import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxFrameBytes } from '../../../server/cluster/frame.ts';
import { type Fields, FrameReader } from '../../../server/cluster/frame-reader.ts';
import { FrameTooLarge, FrameWriter } from '../../../server/cluster/frame-writer.ts';
import { readInfer, readInferred, writeInfer, writeInferred } from '../../../server/cluster/infer-message.ts';
import {
  errorOf,
  failureFromJson,
  failureOf,
  failureToJson,
} from '../../../server/cluster/failure-message.ts';
import { Link } from '../../../server/cluster/link.ts';
import { elementBytes } from '../../../src/core/datatype.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import type { Answered } from '../../../src/core/serve/service.ts';
import { elements, type Tensor } from '../../../src/core/tensor.ts';
import { arrays } from '../../../src/core/tensor-bytes.ts';

interface Written {
  readonly kind: number;
  readonly id: number;
  readonly text: string | null;
  readonly number: number;
  /** In base64: quickly compared. */
  readonly bytes: string;
}

const written = fc.record({
  kind: fc.nat(255),
  id: fc.nat(2 ** 32 - 1),
  text: fc.option(fc.string({ unit: 'binary', maxLength: 200 })),
  number: fc.double(),
  // Some are copied, some sent from where they lie, and some are more than a block holds.
  bytes: fc
    .oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom(2 ** 14 - 1, 2 ** 14, 70_000).map(length => new Uint8Array(length).fill(7)),
    )
    .map(textOf),
});

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** What comes out of the writer, in one. */
function bytesOf(frames: readonly Written[]): Buffer {
  const stream = new PassThrough({ highWaterMark: 2 ** 30 });
  const writer = new FrameWriter(stream);
  for (const { kind, id, text, number, bytes } of frames) {
    writer.frame(kind, id, to => {
      to.text(text);
      to.f64(number);
      to.bytes(Buffer.from(bytes, 'base64'));
    });
  }
  writer.flush();
  return (stream.read() as Buffer | null) ?? Buffer.alloc(0);
}

function readAll(pieces: readonly Buffer[]): Written[] {
  const read: Written[] = [];
  const reader = new FrameReader((kind, id, fields) => {
    read.push({ kind, id, text: fields.text(), number: fields.f64(), bytes: textOf(fields.bytes()) });
  });
  for (const piece of pieces) reader.take(piece);
  return read;
}

/** The frame that `write` makes, read by `read`. */
function through<T>(write: (writer: FrameWriter) => void, read: (fields: Fields) => T): T {
  const stream = new PassThrough({ highWaterMark: 2 ** 30 });
  const writer = new FrameWriter(stream);
  write(writer);
  writer.flush();
  const all: T[] = [];
  new FrameReader((_kind, _id, fields) => all.push(read(fields))).take(stream.read() as Buffer);
  return all[0]!;
}

describe('frames', () => {
  it('come out as they went in, in whatever pieces the stream brings them', () => {
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(2 ** 20), { maxLength: 12 }),
        (frames, cuts) => {
          const whole = bytesOf(frames);
          const at = [...new Set(cuts.map(cut => cut % whole.length))].sort((a, b) => a - b);
          const pieces = [0, ...at].map((from, nth) => whole.subarray(from, at[nth] ?? whole.length));
          expect(readAll(pieces)).toEqual(frames);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('come byte by byte, too', () => {
    const frame = { kind: 3, id: 4_000_000_000, text: 'wörtlich 🎒', number: -0, bytes: 'AQI=' };
    const whole = bytesOf([frame, frame]);
    expect(readAll(Array.from(whole, (_, at) => whole.subarray(at, at + 1)))).toEqual([frame, frame]);
  });

  it('are left out whole where their body cannot be written, and those around them are not', () => {
    const stream = new PassThrough();
    const writer = new FrameWriter(stream);
    const one = (id: number, text: string) => writer.frame(1, id, to => to.text(text));
    one(1, 'before');
    expect(() =>
      writer.frame(1, 2, to => {
        to.bytes(new Uint8Array(100_000));
        to.text('half');
        throw new Error('no');
      }),
    ).toThrow('no');
    const huge = new Uint8Array(maxFrameBytes);
    expect(() => writer.frame(1, 3, to => to.bytes(huge))).toThrow(FrameTooLarge);
    one(4, 'behind');
    writer.flush();
    const read: [number, string | null][] = [];
    new FrameReader((_kind, id, fields) => read.push([id, fields.text()])).take(stream.read() as Buffer);
    expect(read).toEqual([
      [1, 'before'],
      [4, 'behind'],
    ]);
  });

  it('that are none end the link, and nothing else', async () => {
    const stream = new PassThrough();
    const failed = new Promise<Error | null>(resolve => new Link(stream, () => undefined, resolve));
    stream.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(String(await failed)).toContain('not in step');
  });
});

describe('what frames hold', () => {
  const tensor = fc
    .record({
      datatype: fc.constantFrom(...(Object.keys(arrays) as (keyof typeof arrays)[])),
      shape: fc.array(fc.nat(5), { maxLength: 3 }),
    })
    .map(({ datatype, shape }): Tensor => {
      const bytes = new Uint8Array(elements(shape) * elementBytes[datatype]!).map((_, at) =>
        datatype === 'BOOL' ? at % 2 : at * 37,
      );
      return { datatype, shape, data: new arrays[datatype](bytes.buffer) };
    });
  const text: Tensor = { datatype: 'BYTES', shape: [2], data: ['', 'zwölf 🎒'] };

  it('is every kind of tensor, to the bit, by whatever name', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tensor), tensors => {
        const inputs = { ...tensors, text };
        const request = { id: null, parameters: {}, inputs, outputs: null, binaryOutputs: true };
        const message = { visit: 7, elapsedMs: 0.25, request };
        expect(through(to => to.frame(1, 1, body => writeInfer(body, message)), readInfer)).toEqual(message);
      }),
      { numRuns: 50 },
    );
  });

  it('is a request with all its words, and an answer with who gave it', () => {
    const request = {
      id: 'a "b"',
      parameters: { timeout: 5_000, decision: true },
      inputs: { text },
      outputs: [{ name: 'y', binary: true }],
      binaryOutputs: false,
    };
    const message = { visit: 1, elapsedMs: 0, request };
    expect(through(to => to.frame(1, 1, body => writeInfer(body, message)), readInfer)).toEqual(message);
    const answered: Answered = {
      outputs: { y: { datatype: 'FP32', shape: [1, 1], data: Float32Array.of(NaN) } },
      by: { who: 'upstream', model: 'm', version: null, variant: null, provider: null, ms: 1.5 },
    };
    expect(through(to => to.frame(2, 1, body => writeInferred(body, answered)), readInferred)).toEqual(
      answered,
    );
  });

  it('is an error, whole', () => {
    const error = new HaversackError('Overloaded', 'too much', {
      retryAfterSeconds: 0.4,
      members: { offload: { model: 'm', bytes: 12 } },
    });
    const arrived = errorOf(failureFromJson(failureToJson(failureOf(error))));
    expect(arrived).toBeInstanceOf(HaversackError);
    expect({ ...arrived }).toEqual({ ...error });
    expect([arrived.message, arrived.code]).toEqual([error.message, 'Overloaded']);
  });
});
