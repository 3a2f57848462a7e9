// What a graph is fed that is asked about rows of numbers.

/** FP32 [n, columns], each in its own unit. */
export const rowInput = 'row';
