import { defineConfig } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/** Of zod, a tenth is used here: what is not loaded costs no start. Drivers stay packages, loaded when used. */
const bundled = ['zod', 'commander', 'yaml'];

const external = Object.keys(manifest.dependencies).filter((name) => !bundled.includes(name));

export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  external: (id) => external.some((name) => id === name || id.startsWith(`${name}/`)),
  output: { dir: 'dist', format: 'esm', cleanDir: true, chunkFileNames: '[name]-[hash].js' },
});
