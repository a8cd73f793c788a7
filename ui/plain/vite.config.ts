import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Beside the figures that it is for; the program never sees it.
export default defineConfig({
  root: 'plain',
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    target: 'es2022',
    outDir: '../../target/bench/plain',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
});
