// Replacing core nodes happens in the editor alone. Node-RED loads a plugin by its runtime side, so there is one.

export = function register(): void {};
