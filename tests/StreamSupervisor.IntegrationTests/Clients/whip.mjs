// Publishes by WHIP to a server of a few lines, with a peer connection that only says what it is told, and ends it each way there is.
//
//     node whip.mjs CLIENT
import assert from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const { whip } = await import(pathToFileURL(process.argv[2]));
const calls = [];
const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) {
        body += piece;
    }

    calls.push(`${request.method} ${request.url} ${body}`.trimEnd());
    const isBusy = request.url.includes('busy');
    response.writeHead(request.method === 'DELETE' ? 200 : isBusy ? 409 : 201, { 'Location': '/session?id=7' });
    response.end('answer');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}/whip?app=live&stream=`;
const media = { getTracks: () => ['audio', 'video'] };

class Peer extends EventTarget {
    connectionState = 'new';
    tracks = [];
    addTransceiver(track, { direction }) { this.tracks.push(`${track} ${direction}`); }
    async createOffer() { return { sdp: 'offer' }; }
    async setLocalDescription(offer) { this.localDescription = offer; }
    async setRemoteDescription(answer) { this.remote = answer; this.become('connected'); this.connected?.(); }
    become(state) { this.connectionState = state; this.dispatchEvent(new Event('connectionstatechange')); }
    close() { this.isClosed = true; }
}

const ended = new AbortController(), peer = new Peer();
peer.connected = () => ended.abort();
await whip(`${address}cam1`, media, { signal: ended.signal, peer });
assert.deepStrictEqual(calls.splice(0), ['POST /whip?app=live&stream=cam1 offer', 'DELETE /session?id=7']);
assert.deepStrictEqual([peer.tracks, peer.remote, peer.isClosed],
    [['audio sendonly', 'video sendonly'], { type: 'answer', sdp: 'answer' }, true]);

const lost = new Peer();
lost.connected = () => lost.become('failed');
await assert.rejects(whip(`${address}cam1`, media, { peer: lost }), /lost/);
assert.strictEqual(calls.splice(0).length, 2);

const busy = new Peer();
await assert.rejects(whip(`${address}busy`, media, { peer: busy }), /refused the stream: 409/);
assert.ok(busy.isClosed);
server.close();
