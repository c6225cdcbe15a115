// An encoder in JavaScript whose media is a call to the test, which ends it by its answer: good is the end of the broadcast, bad a loss.
//
//     node encoder.mjs CLIENT SUPERVISOR KEY CALL-TO-THE-TEST
import { pathToFileURL } from 'node:url';

const [client, server, key, control] = process.argv.slice(2);
const { StreamSupervisor } = await import(pathToFileURL(client));

// The first is away: the other member answers.
const supervisor = new StreamSupervisor({ servers: ['http://127.0.0.1:2', server], key, encoderId: 'js' });
try {
    await supervisor.run(async ({ url }, { signal }) => {
        const { ok } = await fetch(control, { method: 'POST', body: url, signal });
        if (!ok) {
            throw new Error('The camera fell over.');
        }
    }, { say: text => console.log(text.en) });
} catch (no) {
    console.log(no.message);
    process.exitCode = no.permanent ? 77 : 1;
}
