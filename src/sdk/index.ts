// `haversack/client`: the Model Client for browsers and Node 20 and later. What is exported here is its public surface.
export { HaversackClient } from './client.ts';
export { ModelHandle } from './model-handle.ts';
export { ClientError } from './client-error.ts';
export { tensor } from './tensor.ts';
export type * from './types.ts';
export type { ClientEvents } from './events.ts';
export type { ClientOptions, LocalUse } from './options.ts';
export type { Runtime } from './runtime.ts';
export type { AnsweredBy } from '../core/protocol/answered-by.ts';
export type { ModelMetadata, ServerMetadata } from '../core/protocol/messages.ts';
export type { Offload } from '../core/protocol/offload.ts';
export type { Policy } from '../core/protocol/twin-messages.ts';
export type { Datatype } from '../core/datatype.ts';
export type { Tensor, TensorData, TensorMap } from '../core/tensor.ts';
