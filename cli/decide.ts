import type { ApprovalView } from '../console/views/approval.ts';
import type { FleetView } from '../console/views/fleet.ts';
import { shortCommit } from '../console/views/standing-text.ts';
import { describeActions } from '../shared/rollout/plan.ts';
import { type Cli, type Options, textOption } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Client } from './fetch.ts';
import { findingLines } from './finding-lines.ts';
import { flagLines } from './flag-lines.ts';
import { jobLines } from './job-lines.ts';
import { namedLines } from './named-lines.ts';
import { restartLines } from './restart-lines.ts';
import { badInput, Stop } from './stop.ts';

type Decide = 'approve' | 'reject';

/**
 * Approves or rejects. Without `--digest` shows what changes: with a person at the terminal asks, and where deletes have to be named how
 * many there are; else says which digest and which number to give and stops with exit 2.
 */
export const decide = async (
  vote: Decide,
  id: string | undefined,
  options: Options,
  { terminal, json, connect }: Cli,
): Promise<ExitCode> => {
  const comment = textOption(options, 'comment') ?? '';
  if (vote === 'reject' && comment === '') throw badInput('reject: --comment is missing; say why');
  const client = await connect();
  const approval = await findApproval(client, id);
  let digest = textOption(options, 'digest');
  let deletes = deletesOption(options);
  if (digest === undefined) {
    const view = await client.view<ApprovalView>(`/approvals/${encodeURIComponent(approval)}.json`);
    for (const line of approvalLines(view)) terminal.say(line);
    const names = vote === 'approve' && view.may.nameDeletes?.allowed === true;
    const command = `tidegate ${vote} ${approval} --digest ${view.plan}${names ? ` --deletes ${view.deletes?.count}` : ''}`;
    if (!terminal.canAsk || json) {
      throw new Stop(
        exitCodes.badInput,
        'DIGEST_MISSING',
        `${vote}: --digest is missing; if this is what you mean: ${command}`,
      );
    }
    const answer = await terminal.ask(`${vote} exactly this? [y/N] `);
    const isMeant = /^y(es)?$/i.test(answer.trim());
    if (isMeant && names) deletes ??= (await terminal.ask('how many objects does it delete? ')).trim();
    if (!isMeant || (names && deletes !== String(view.deletes?.count))) {
      terminal.say(isMeant ? 'that is not how many it deletes; nothing was decided' : 'nothing was decided');
      return exitCodes.badInput;
    }
    digest = view.plan;
  }
  const result = await client.post<{ readonly because: string; readonly rollout: string }>(
    `/approvals/${encodeURIComponent(approval)}`,
    { plan: digest, vote, comment, ...(deletes === undefined ? {} : { deletes }) },
  );
  if (json) terminal.out(JSON.stringify(result));
  else {
    terminal.out(result.because);
    terminal.say(`next: tidegate status ${result.rollout} --watch`);
  }
  return exitCodes.done;
};

const deletesOption = (options: Options): string | undefined => {
  const text = textOption(options, 'deletes');
  if (text === undefined || /^\d{1,7}$/.test(text)) return text;
  throw badInput(`--deletes ${text}: expected how many objects the plan deletes, a whole number`);
};

/** The approval that is meant: by its id, by its rollout's, or the only one that is open. */
const findApproval = async (client: Client, id: string | undefined): Promise<string> => {
  if (id?.startsWith('ap-')) return id;
  const { waiting } = await client.view<FleetView>('/fleet.json');
  const meant = id === undefined ? waiting : waiting.filter(({ rollout }) => rollout === id);
  const [only, ...more] = meant;
  if (only === undefined) {
    throw new Stop(
      exitCodes.badInput,
      'NO_APPROVAL',
      `no approval is open${id === undefined ? '' : ` for ${id}`}; see: tidegate status`,
    );
  }
  if (more.length > 0) {
    throw badInput(
      `${meant.length} approvals are open: name one of ${meant.map(({ approval, wave }) => `${approval} (${wave})`).join(', ')}`,
    );
  }
  return only.approval;
};

/** What a person reads before deciding. */
const approvalLines = (view: ApprovalView): readonly string[] => {
  const { counts, groups, restarts, jobs, flags, evidence, targets, deletes, findings } = view;
  return [
    `${shortCommit(view.commit)} for ${view.wave}: ${targets.length} targets (${targets.map(({ target }) => target).join(', ')})`,
    `  ${describeActions(counts)}`,
    ...groups.flatMap(({ action, spoken, targets: on, fields, danger, odd }) => [
      `  ${action} ${spoken} on ${on.length === targets.length ? 'all' : on.join(', ')}${danger === undefined ? '' : `  (${danger})`}${odd ? '  (differs from most)' : ''}`,
      ...fields
        .filter(({ path }) => path !== '')
        .map(({ path, replaces, with: after }) => `    ${path}: ${replaces ?? '(none)'} -> ${after ?? '(none)'}`),
    ]),
    ...restartLines(restarts),
    ...jobLines(jobs),
    ...flagLines(flags, '  '),
    ...findingLines(findings, targets.length),
    ...(deletes === undefined ? [] : namedLines(deletes, '  ')),
    ...view.budgets.map((budget) => `  lifts ${budget}`),
    ...evidence.map(({ wave, status, done, total, gates }) => {
      const passed = gates.filter(({ verdict }) => verdict === 'pass').length;
      return `  evidence: ${wave} ${status} ${done}/${total}, ${passed}/${gates.length} gates pass`;
    }),
    ...(view.state === 'open' ? [] : [`  this approval is ${view.state}`]),
    ...(view.may.approve.allowed ? [] : [`  ${view.may.approve.because}`]),
    `  plan digest ${view.plan}`,
  ];
};
