// What the nodes of a benchmark and the process around them share: how many messages have gone through, and the function
// that starts the source.

exports.counter = { count: 0, start() {} };
