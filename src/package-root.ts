/** The folder of package.json and models/, from the sources as well as from what is built of them in dist/. */
export const packageRoot = new URL('../', import.meta.url);
