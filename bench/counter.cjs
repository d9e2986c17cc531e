// What the nodes of a benchmark and the process around them share: how many messages have gone through, and the function
// that starts the source.

/** `times`: ms that each message took from the source until it was done, where one is under way at a time. */
exports.counter = { count: 0, times: [], start() {} };
