// The `haversack` command: one verb a file; what they share is the exit code and how a failure is told.
import { Command, CommanderError } from 'commander';
import { tell, UsageError } from './failure.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { exportCommand } from './export.ts';
import { deviceCommand } from './device.ts';
import { diffCommand } from './diff.ts';
import { evaluateCommand } from './evaluate.ts';
import { importCommand } from './import.ts';
import { inspectCommand } from './inspect.ts';
import { type Io, processIo } from './io.ts';
import { keyCommand } from './key.ts';
import { listCommand } from './list.ts';
import { pageCommand } from './page.ts';
import { predictCommand } from './predict.ts';
import { promoteCommand } from './promote.ts';
import { pullCommand } from './pull.ts';
import { pushCommand } from './push.ts';
import { auditCommand } from './audit.ts';
import { cardCommand } from './card.ts';
import { convertCommand } from './convert.ts';
import { demoCommand } from './demo.ts';
import { gcCommand } from './gc.ts';
import { retentionCommand } from './retention.ts';
import { servingCommand } from './serving.ts';
import { retireCommand } from './retire.ts';
import { rollbackCommand } from './rollback.ts';
import { rolloutCommand } from './rollout.ts';
import { showCommand } from './show.ts';
import { tagCommand } from './tag.ts';
import { serveCommand } from './serve.ts';
import { upstreamCommand } from './upstream.ts';
import { trainCommand } from './train.ts';
import { verifyCommand } from './verify.ts';

export type ExitCode = 0 | 1 | 2;

/** Runs one command to its end. `args` are the words after `haversack`. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await program(io).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    const { text, exitCode } = tell(asUsage(thrown, args));
    io.stderr(text);
    return exitCode;
  }
}

/** The same for a terminal: ends the process with its exit code, and stops on Ctrl-C. */
export async function main(args: readonly string[]): Promise<void> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  // `haversack list | head` closes the pipe: there is nobody left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  const exitCode = await run(args, processIo(stop.signal));
  process.off('SIGINT', onInterrupt);
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>(resolve => stream.write('', () => resolve()));
  }
  // Connections that fetch keeps open for a next request would hold the process for seconds.
  process.exit(exitCode);
}

function program(io: Io): Command {
  const root = new Command('haversack')
    .description('Models you carry: keep, serve and use versioned models, with a network and without.')
    .addHelpText('after', '\nExample:\n  haversack push mnist.onnx --model mnist && haversack list\n')
    .helpCommand(false);
  const verbs = [
    serveCommand,
    pushCommand,
    listCommand,
    showCommand,
    pullCommand,
    diffCommand,
    promoteCommand,
    rolloutCommand,
    rollbackCommand,
    retireCommand,
    predictCommand,
    trainCommand,
    evaluateCommand,
    inspectCommand,
    convertCommand,
    demoCommand,
    cardCommand,
    tagCommand,
    retentionCommand,
    servingCommand,
    gcCommand,
    auditCommand,
    verifyCommand,
    deviceCommand,
    keyCommand,
    upstreamCommand,
    exportCommand,
    pageCommand,
    importCommand,
    backupCommand,
    restoreCommand,
  ];
  for (const verb of verbs) root.addCommand(verb(io));
  const nested = root.commands.flatMap(command => command.commands);
  for (const command of [root, ...root.commands, ...nested]) {
    // Failures are told by `tell`, in three lines.
    command.exitOverride().configureOutput({ writeOut: io.stdout, writeErr: () => undefined });
  }
  return root;
}

function asUsage(thrown: unknown, args: readonly string[]): unknown {
  if (!(thrown instanceof CommanderError)) return thrown;
  const verb = args[0] !== undefined && !args[0].startsWith('-') ? ` ${args[0]}` : '';
  const remedy = `\`haversack${thrown.code === 'commander.unknownCommand' ? '' : verb} --help\` shows how.`;
  if (thrown.code === 'commander.help') return new UsageError('No verb was given.', remedy);
  return new UsageError(thrown.message.replace(/^error: /, ''), remedy);
}
