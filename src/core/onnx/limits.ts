// How large and how deep a model from elsewhere may be, looked at in the wire format: nothing is parsed, copied or walked
// recursively before this has said that it can be. Each limit names itself in its error.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { asOnnx } from './layout.ts';
import { WireReader, wireType } from './wire.ts';

/** What models of our time stay far below: the largest language models in one graph have some ten thousand nodes. */
export const modelLimits = {
  /** Graphs in graphs (`If`, `Loop`, `Scan`). */
  graphDepth: 16,
  /** Sequences of optionals of maps … */
  typeDepth: 16,
  nodes: 200_000,
  /** Nodes when every call of a local function is replaced by what it does. */
  inlinedNodes: 1_000_000,
  functions: 10_000,
  /** Functions that call functions. */
  functionDepth: 64,
  /** Initializers, and tensors in attributes. */
  tensors: 200_000,
  /** Of one tensor, an input or an output: the product of its dimensions. */
  elements: 2 ** 32,
  /** Names, operators, domains. */
  nameBytes: 4096,
  /** Of a documentation or another text for people. */
  textBytes: 4 * 2 ** 20,
} as const;
type Limit = keyof typeof modelLimits;

// Field numbers of onnx.proto (ONNX 1.20).
const model = { documentation: 6, graph: 7, training: 20, functions: 25 } as const;
const graph = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparse: 15,
} as const;
const node = { opType: 4, attribute: 5, documentation: 6, domain: 7 } as const;
const attribute = {
  name: 1,
  tensor: 5,
  graph: 6,
  tensors: 10,
  graphs: 11,
  type: 14,
  types: 15,
  sparse: 22,
  sparses: 23,
} as const;
const local = { name: 1, node: 7, documentation: 8, domain: 10, valueInfo: 12 } as const;
const tensor = { dims: 1, name: 8, documentation: 12 } as const;
const sparse = { indices: 2, dims: 3 } as const;
const valueInfo = { name: 1, type: 2 } as const;
/** What a type holds, by field; below it, the field in which the type within it lies. */
const typeOf = { tensor: 1, sequence: 4, map: 5, sparseTensor: 8, optional: 9 } as const;
const innerType: Readonly<Record<number, number>> = {
  [typeOf.sequence]: 1,
  [typeOf.map]: 2,
  [typeOf.optional]: 1,
};
const shapeOfTensorType = 2;
const dimOfShape = 1;
const valueOfDim = 1;

/** @throws HaversackError `TooLarge` with the limit's name, `NotOnnx` */
export function assertWithinLimits(file: Bytes): void {
  asOnnx(file, () => {
    new Walk().model(new WireReader(file));
  });
}

/** A function's own nodes, and how often it calls each other one. */
interface Body {
  nodes: number;
  readonly calls: Map<string, number>;
}

class Walk {
  #nodes = 0;
  #tensors = 0;
  readonly #functions = new Map<string, Body>();
  readonly #main: Body = { nodes: 0, calls: new Map() };

  model(reader: WireReader): void {
    let functions = 0;
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      if (reader.field === model.graph) this.#graph(reader.message(), 1, this.#main);
      else if (reader.field === model.training) this.#training(reader.message());
      else if (reader.field === model.functions) {
        functions += 1;
        within('functions', functions, 'local functions');
        this.#function(reader.message());
      } else this.#text(reader, reader.field === model.documentation ? 'documentation' : 'description');
    }
    this.#inlined();
  }

  /** Both of its graphs; nobody runs them here, but they are parsed. */
  #training(reader: WireReader): void {
    while (reader.next()) {
      if (reader.type === wireType.delimited && reader.field <= 2)
        this.#graph(reader.message(), 1, this.#main);
    }
  }

  #graph(reader: WireReader, depth: number, body: Body): void {
    within('graphDepth', depth, 'levels of graphs in graphs');
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      switch (reader.field) {
        case graph.node:
          this.#node(reader.message(), depth, body);
          break;
        case graph.initializer:
          this.#tensor(reader.message());
          break;
        case graph.sparse:
          this.#sparse(reader.message());
          break;
        case graph.input:
        case graph.output:
        case graph.valueInfo:
          this.#value(reader.message());
          break;
        case graph.name:
          this.#name(reader);
          break;
        default:
          this.#text(reader, 'documentation');
      }
    }
  }

  #node(reader: WireReader, depth: number, body: Body): void {
    this.#nodes += 1;
    within('nodes', this.#nodes, 'nodes');
    body.nodes += 1;
    let opType = '';
    let domain = '';
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      if (reader.field === node.attribute) this.#attribute(reader.message(), depth, body);
      else if (reader.field === node.documentation) this.#text(reader, 'documentation');
      else this.#name(reader);
      if (reader.field === node.opType) opType = reader.text();
      else if (reader.field === node.domain) domain = reader.text();
    }
    const called = functionId(domain, opType);
    body.calls.set(called, (body.calls.get(called) ?? 0) + 1);
  }

  #attribute(reader: WireReader, depth: number, body: Body): void {
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      switch (reader.field) {
        case attribute.graph:
        case attribute.graphs:
          this.#graph(reader.message(), depth + 1, body);
          break;
        case attribute.tensor:
        case attribute.tensors:
          this.#tensor(reader.message());
          break;
        case attribute.sparse:
        case attribute.sparses:
          this.#sparse(reader.message());
          break;
        case attribute.type:
        case attribute.types:
          this.#type(reader.message(), 1, 'a type in an attribute');
          break;
        case attribute.name:
          this.#name(reader);
      }
    }
  }

  #function(reader: WireReader): void {
    const body: Body = { nodes: 0, calls: new Map() };
    let name = '';
    let domain = '';
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      if (reader.field === local.node) this.#node(reader.message(), 1, body);
      else if (reader.field === local.valueInfo) this.#value(reader.message());
      else if (reader.field === local.documentation) this.#text(reader, 'documentation');
      else if (reader.field === local.name || reader.field === local.domain) {
        this.#name(reader);
        if (reader.field === local.name) name = reader.text();
        else domain = reader.text();
      }
    }
    this.#functions.set(functionId(domain, name), body);
  }

  #tensor(reader: WireReader): void {
    this.#tensors += 1;
    within('tensors', this.#tensors, 'tensors');
    let elements = 1;
    let name = '';
    while (reader.next()) {
      if (reader.field === tensor.dims) elements *= product(reader);
      else if (reader.type !== wireType.delimited) continue;
      else if (reader.field === tensor.name) {
        this.#name(reader);
        name = reader.text();
      } else if (reader.field === tensor.documentation) this.#text(reader, 'documentation');
    }
    within('elements', elements, `elements in the tensor '${name}'`);
  }

  #sparse(reader: WireReader): void {
    let elements = 1;
    while (reader.next()) {
      if (reader.field === sparse.dims) elements *= product(reader);
      else if (reader.type === wireType.delimited && reader.field <= sparse.indices) {
        this.#tensor(reader.message());
      }
    }
    within('elements', elements, 'elements in a sparse tensor');
  }

  #value(reader: WireReader): void {
    let name = '';
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      if (reader.field === valueInfo.name) {
        this.#name(reader);
        name = reader.text();
      } else if (reader.field === valueInfo.type) this.#type(reader.message(), 1, `'${name}'`);
      else this.#text(reader, 'documentation');
    }
  }

  #type(reader: WireReader, depth: number, of: string): void {
    within('typeDepth', depth, `levels in the type of ${of}`);
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      const inner = innerType[reader.field];
      const holdsShape = reader.field === typeOf.tensor || reader.field === typeOf.sparseTensor;
      if (inner === undefined && !holdsShape) continue;
      const held = reader.message();
      while (held.next()) {
        if (held.type !== wireType.delimited) continue;
        if (held.field === inner) this.#type(held.message(), depth + 1, of);
        else if (holdsShape && held.field === shapeOfTensorType) shape(held.message(), of);
      }
    }
  }

  #name(reader: WireReader): void {
    within('nameBytes', reader.end - reader.start, 'bytes in a name');
  }

  #text(reader: WireReader, what: string): void {
    within('textBytes', reader.end - reader.start, `bytes of ${what}`);
  }

  /** How many nodes there are once every call is replaced: a few functions that call each other twice are billions. */
  #inlined(): void {
    const sizes = new Map<string, number>();
    const pending = new Set<string>();
    const sizeOf = (body: Body): number => {
      let size = body.nodes;
      for (const [id, times] of body.calls) {
        const called = this.#functions.get(id);
        if (called) size += times * sizeOfFunction(id, called);
      }
      within('inlinedNodes', size, 'nodes when its local functions are put in place of their calls');
      return size;
    };
    const sizeOfFunction = (id: string, body: Body): number => {
      const known = sizes.get(id);
      if (known !== undefined) return known;
      if (pending.has(id)) {
        throw new HaversackError('ModelInvalid', `The local function '${id}' calls itself.`);
      }
      pending.add(id);
      within('functionDepth', pending.size, 'local functions that call one another');
      const size = sizeOf(body);
      pending.delete(id);
      sizes.set(id, size);
      return size;
    };
    for (const [id, body] of this.#functions) sizeOfFunction(id, body);
    sizeOf(this.#main);
  }
}

function product(reader: WireReader): number {
  let elements = 1;
  for (const dim of reader.varints()) elements *= factor(dim);
  return elements;
}

/** A negative int64 reads as 2^64 − |n|, and 2^63 − 1 as 2^63: what is negative is not fixed, or told by who reads it. */
function factor(dim: number): number {
  return dim > 2 ** 63 ? 1 : Math.max(dim, 1);
}

/** The product of what is fixed. */
function shape(reader: WireReader, of: string): void {
  let elements = 1;
  while (reader.next()) {
    if (reader.type !== wireType.delimited || reader.field !== dimOfShape) continue;
    const dim = reader.message();
    while (dim.next()) {
      if (dim.type === wireType.varint && dim.field === valueOfDim) elements *= factor(dim.value);
    }
  }
  within('elements', elements, `elements in ${of}`);
}

function functionId(domain: string, name: string): string {
  return `${domain}.${name}`;
}

function within(limit: Limit, actual: number, what: string): void {
  if (actual <= modelLimits[limit]) return;
  throw new HaversackError(
    'TooLarge',
    `The model has ${actual} ${what}; at most ${modelLimits[limit]} are taken (${limit}).`,
  );
}
