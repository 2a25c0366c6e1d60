import * as z from 'zod/mini';
import { chainAudit as chain } from '../shared/audit/chain-audit.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { auditAnchor, auditSigner } from './tools/audit.ts';

/** Every minute: what was done gets its place in the audit log's chain, and the newest head is kept where nobody can take it back. */
export const chainAudit = (outside: Outside): Task =>
  task(outside, z.unknown(), async (_, invocation) => {
    const [signer, anchor] = await Promise.all([auditSigner(outside), auditAnchor(outside)]);
    return chain({ signer, anchor }, outside, invocation);
  });

/** What Lambda calls. */
export const handler = chainAudit(lambdaOutside());
