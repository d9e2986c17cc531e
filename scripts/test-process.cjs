// Loaded into each process that runs tests. mocha ends one that takes a moment to exit by SIGTERM, which by itself would
// drop the coverage that is being written, and leave behind what "exit" listeners end: Node-REDs and browsers.

process.on('SIGTERM', () => process.exit(143));
