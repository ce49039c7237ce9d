#!/usr/bin/env node
/** `npm run simulate`: a Proxmox VE API to play with; `npm run simulate -- --help` tells more. */
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundled } from './typescript.mjs';

const SOURCE = fileURLToPath(new URL('../test/support/proxmox/by-hand.ts', import.meta.url));

const { simulate } = await bundled([SOURCE], (path) => import(pathToFileURL(path(SOURCE)).href));
process.exitCode = await simulate(process.argv.slice(2), process);
