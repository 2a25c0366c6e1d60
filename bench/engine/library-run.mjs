// aws-local-stepfunctions in a process of its own, as it is used: module's path, definition, input, how many rounds. Prints a line.
const [path, definition, input, rounds] = process.argv.slice(2);
const { StateMachine } = await import(path);
const readyMs = performance.now();
const parsed = JSON.parse(definition);
// It knows no nested executions: such a task is a function, here one that does nothing.
const overrides = { taskResourceLocalHandlers: { Nested: () => ({}) } };
let seconds = Number.POSITIVE_INFINITY;
let cpuSeconds = Number.POSITIVE_INFINITY;
let because = '';
for (let round = 0; round < Number(rounds) && because === ''; round++) {
  const began = performance.now();
  const spent = process.cpuUsage();
  try {
    const run = new StateMachine(parsed).run(JSON.parse(input), { overrides });
    // Its log of events is read as it comes, or it would be kept.
    const reading = (async () => {
      for await (const _ of run.eventLogs);
    })();
    await run.result;
    await reading;
    const { user, system } = process.cpuUsage(spent);
    cpuSeconds = Math.min(cpuSeconds, (user + system) / 1e6);
    seconds = Math.min(seconds, (performance.now() - began) / 1000);
  } catch (error) {
    because = String(error).slice(0, 200);
  }
}
console.log(JSON.stringify({ readyMs, seconds, cpuSeconds, because, peakMiB: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
