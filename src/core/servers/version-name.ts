// The names of the MQTT versions whose protocol levels are 3, 4 and 5. Runs in the editor too.

export const VERSION_NAMES = { 3: '3.1', 4: '3.1.1', 5: '5' } as const;
