/** A lock of this user and machine, for a moment: by it one learns who has the other. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { lockProbe } from '../tofu/lock-info.ts';

/** @returns the lock as JSON, each time another one */
export const ownLock = (): string => lockProbe(randomUUID(), `${userInfo().username}@${hostname()}`, new Date());
