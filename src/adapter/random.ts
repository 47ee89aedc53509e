import { fillRandom } from "./libc/libc.ts";

/** Filling a pool is cheaper than asking the kernel for four octets at a time. */
const POOL_SIZE = 256;

const pool = Buffer.alloc(POOL_SIZE);
let at = POOL_SIZE;

/** An unguessable number, 0..2^32-1: the kernel's own, without the weight of Node's crypto module. Throws SystemError. */
export const random32 = (): number => {
  if (at === POOL_SIZE) {
    fillRandom(pool);
    at = 0;
  }
  at += 4;
  return pool.readUInt32LE(at - 4);
};
