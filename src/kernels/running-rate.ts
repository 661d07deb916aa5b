/** Share of a batch's statistics that a training step takes into the running averages of batch norm, as in PyTorch. */
export const runningRate = 0.1;
