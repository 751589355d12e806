import { MemoryRegistry } from '../../server/cluster/memory.js';
import { Desk, registryContract } from './registry-contract.js';

registryContract('in memory', (_t, mostMembers) =>
  Promise.resolve(new Desk((events) => new MemoryRegistry(mostMembers, events))),
);
