// What goes over the link between the primary and a front: frames, each `u32 bytes · u8 kind · u32 id · body`, little-endian as
// every host of this code. Both ends are the same build: there are no versions. Knows no stream.

/**
 * From a front: `enter` (a request came; its id is the visit's from then on), `infer` (tensors), `ask` (what is rarely wanted, in
 * JSON), `end` (the answer is out, or nobody waits for it), `opened` and `closed` (a connection), `tell` (JSON, no answer).
 */
export const fromFront = { enter: 1, infer: 2, ask: 3, end: 4, opened: 5, closed: 6, tell: 7 } as const;

/**
 * From the primary: `entered`, `inferred`, `answered` (JSON) and `failed` answer the frame of that id; `shut` ends a connection;
 * `tell` (JSON) wants no answer.
 */
export const fromPrimary = { entered: 1, inferred: 2, answered: 3, failed: 4, shut: 5, tell: 6 } as const;

/** Of `kind` and `id`, behind the length. */
export const headBytes = 5;
export const lengthBytes = 4;

/**
 * A body of HTTP is bounded (`maxBodyBytes`), and its tensors are at most four times as large, where JSON has a digit a number
 * and the model wants eight bytes for it. What is larger all the same is no frame of ours.
 */
export const maxFrameBytes = 2 ** 29;
