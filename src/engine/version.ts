/** Version of the engine, written into architectures; the same as package.json's (a test compares them). */
export const engineVersion = '0.1.0';
