/**
 * Publishes a stream under a StreamSupervisor: one file, no dependencies, for Node 18 or later and for browsers.
 *
 *     import { StreamSupervisor, whip } from './streamsupervisor.mjs';
 *
 *     const supervisor = new StreamSupervisor({ servers: ['http://10.0.0.1:8085'], key: 'live/cam1', credential: 'token=v1.…' });
 *     await supervisor.run(({ url }, { signal }) => publish(url, signal), { say: text => console.log(text.zh) });
 *
 * publish resolves when the broadcast is over and rejects when the stream was lost; its signal says to stop: nothing of the stream arrives
 * at the server any more. Where the publish-url of an SRS server is a WHIP address, a page publishes with
 * ({ url }, { signal }) => whip(url, media, { signal }). Such a page has to come from the host and port at which it asks the supervisor
 * (one proxy in front of both): no page of another site is answered.
 */

/** A publish that lasted so long was on air: tries are counted anew. The supervisor takes a try of the same number for a copy of the one
 * before, until ten seconds after that went on air. */
const STABLE_AFTER = 15_000;
/** How long one question for the next decision waits at the supervisor. */
const LONG_POLL = 2_500;
/** Between two tries when the supervisor says that no more quick ones make sense. */
const REST = 30_000;

/** The supervisor said no, or said nothing. */
export class SupervisorError extends Error {
    /**
     * @param {object} said
     * @param {boolean} said.permanent Whether trying again without a change is in vain.
     * @param {string} said.reason The stable name, such as locked; unreachable when no supervisor gave a usable answer.
     * @param {{en: string, zh: string}} said.text What to do, for the person at the encoder.
     * @param {number} [said.retryAfter] When another try pays, in milliseconds.
     */
    constructor({ permanent, reason, text, retryAfter }) {
        super(text.en);
        Object.assign(this, { name: 'SupervisorError', permanent, reason, text, retryAfter });
    }
}

/** One encoder and its stream. */
export class StreamSupervisor {
    #id = '';
    #preferred = 0;
    #servers;
    #options;

    /**
     * @param {object} options
     * @param {string[]} options.servers Any member answers for any stream; the first that answers is kept.
     * @param {string} options.key app/stream or vhost/app/stream.
     * @param {string} [options.encoderId] Names the encoder; keep it over restarts: it may take its own stream back. Default: the key.
     * @param {string} [options.credential] That of the stream, as the query of a publish address (token=v1.…).
     * @param {string} [options.apiKey] Instead of a credential. Never in a page.
     * @param {string} [options.preferOrigin] The SRS server to publish to, if it can be had.
     * @param {number} [options.timeout] How long one supervisor has for an answer, in milliseconds.
     */
    constructor({ servers, key, encoderId = `js:${key}`, timeout = 3_000, ...rest }) {
        this.#servers = servers.map(server => server.replace(/\/+$/, ''));
        this.#options = { key, encoderId, timeout, ...rest };
    }

    /**
     * Announces a publish and waits until the way is free.
     * @param {object} [ask]
     * @param {number} [ask.attempt] Counts the tries since the stream was last on air, from 1.
     * @param {string} [ask.lastError] Why the try before ended.
     * @returns {Promise<{origin: string, url: string, generation: number, attemptsLeft?: number}>} Where to publish. The address holds a
     * short-lived credential: show it to nobody and do not keep it.
     * @throws {SupervisorError}
     */
    async register({ attempt = 1, lastError, signal, say } = {}) {
        const { key, encoderId, credential, preferOrigin } = this.#options;
        let answer = await this.#call('POST', '', { body: { key, encoderId, attempt, credential, lastError, preferOrigin }, signal });
        for (let told; answer.decision === 'wait';) {
            this.#id = answer.registrationId;
            if (answer.reason !== told) {
                told = answer.reason;
                say?.(worded('Waiting: {}', '等待中:{}', answer.text));
            }

            const began = Date.now();
            answer = await this.#call('GET', `/${this.#id}?wait=${LONG_POLL}ms`, { wait: LONG_POLL, signal });
            if (answer.decision === 'wait') {
                // Kept for us by renewal only.
                answer = await this.#call('PUT', `/${this.#id}`, { body: { state: 'waiting', lastError }, signal });
                await sleep(250 - (Date.now() - began), signal);
            }
        }

        if (answer.decision !== 'publish' || !answer.publish?.length) {
            throw refusal(answer);
        }

        this.#id = answer.registrationId;

        // An encoder that could not reach the first address tries the next one.
        const { origin, url } = answer.publish[(attempt - 1) % answer.publish.length];
        return { origin, url, generation: answer.generation ?? 0, attemptsLeft: answer.attemptsLeft };
    }

    /**
     * Waits while the stream is on air. An encoder whose network went away without a word does not notice; the supervisor does.
     * @returns {Promise<boolean>} True when the stream was on air and is not any more, in two looks; false when the signal ended the wait.
     */
    async watch({ every = 2_000, signal } = {}) {
        for (let wasOnAir = false, wasLost = false; ;) {
            let onAir;
            try {
                await sleep(every, signal);
                ({ onAir } = await this.#call('GET', `/${this.#id}`, { signal }));
            } catch (no) {
                if (signal?.aborted) {
                    return false;
                }

                // It outlives its reservation only while the encoder is on air. Anything else is no reason to stop an encoder.
                onAir = no.reason === 'registration-unknown' ? false : undefined;
            }

            if (wasLost && onAir === false) {
                return true;
            }

            if (typeof onAir === 'boolean') {
                // An encoder that takes its time to start is none that was lost.
                [wasLost, wasOnAir] = [wasOnAir && !onAir, wasOnAir || onAir];
            }
        }
    }

    /** The broadcast is over: nothing is kept for this encoder any more. Best effort. */
    async withdraw() {
        const id = this.#id;
        this.#id = '';
        if (id) {
            // By the registration and not by our name, under which the next run of this encoder may have registered meanwhile. Where nobody
            // is left to tell, the reservation runs out by itself.
            await this.#call('DELETE', `/${id}`, { keepalive: true }).catch(() => { });
        }
    }

    /**
     * Keeps the stream on air: registers, calls publish, and after a loss waits as long as the supervisor says and begins anew.
     * @param {(permit: {origin: string, url: string}, on: {signal: AbortSignal}) => Promise<void>} publish Resolves when the broadcast is
     * over, rejects when the stream was lost. The message of the error goes to the stream's timeline: no secrets.
     * @param {object} [on]
     * @param {AbortSignal} [on.signal] Ends the broadcast; run then resolves.
     * @param {(text: {en: string, zh: string}) => void} [on.say] Takes a sentence for each thing that happens.
     * @throws {SupervisorError} A permanent one.
     */
    async run(publish, { signal, say } = {}) {
        let failures = 0, lastError;
        try {
            while (!signal?.aborted) {
                let told, left;
                try {
                    const permit = await this.register({ attempt: failures + 1, lastError, signal, say });
                    const began = Date.now();
                    left = permit.attemptsLeft;
                    say?.(worded('Publishing to {}.', '正在推流到 {}。', { en: permit.origin, zh: permit.origin }));
                    const loss = await this.#publish(publish, permit, signal);
                    if (!loss) {
                        return;
                    }

                    lastError = loss.en.slice(0, 300);
                    failures = Date.now() - began >= STABLE_AFTER ? 0 : failures + 1;
                    say?.(worded('The stream was lost: {}', '推流中断:{}', loss));
                } catch (no) {
                    if (!(no instanceof SupervisorError) || no.permanent) {
                        throw no;
                    }

                    failures++;
                    told = no.retryAfter;
                    say?.(worded('Not now: {}', '暂时无法推流:{}', no.text));
                }

                if (failures > 0) {
                    const pause = pauseAfter(failures, told, left);
                    const seconds = (pause / 1000).toFixed(1);
                    say?.(worded('Trying again in {} s.', '{} 秒后重试。', { en: seconds, zh: seconds }));
                    await sleep(pause, signal);
                }
            }
        } catch (no) {
            if (!signal?.aborted) {
                throw no;
            }
        } finally {
            await this.withdraw();
        }
    }

    /** Publishes, and stops a publish that has ended at the server. Resolves with how it was lost, or with nothing when it is over. */
    async #publish(publish, permit, signal) {
        const [over, lost] = [new AbortController(), new AbortController()];
        const end = () => { over.abort(); lost.abort(); };
        signal?.addEventListener('abort', end);
        const watching = this.watch({ signal: over.signal }).then(isLost => isLost && lost.abort());
        try {
            await publish(permit, { signal: lost.signal });
        } catch (error) {
            if (error instanceof SupervisorError && error.permanent) {
                throw error;
            }

            if (!lost.signal.aborted) {
                const why = String(error?.message ?? error).replaceAll(permit.url, '…');
                return { en: why, zh: why };
            }
        } finally {
            over.abort();
            signal?.removeEventListener('abort', end);
            await watching;
        }

        return lost.signal.aborted && !signal?.aborted
            ? { en: 'Nothing of the stream arrived at the server any more.', zh: '服务器已收不到该流的数据。' }
            : undefined;
    }

    /** Asks the supervisors in turn until one answers. */
    async #call(method, path, { body, wait = 0, signal, keepalive } = {}) {
        const headers = { 'Accept': 'application/json', 'Content-Type': 'application/json' };
        if (this.#options.apiKey) {
            headers.Authorization = `Bearer ${this.#options.apiKey}`;
        }

        const failures = [];
        let retryAfter;
        for (let step = 0; step < this.#servers.length; step++) {
            const index = (this.#preferred + step) % this.#servers.length, server = this.#servers[index];
            const end = new AbortController(), abort = () => end.abort();
            const timer = setTimeout(abort, this.#options.timeout + wait);
            signal?.addEventListener('abort', abort);
            try {
                signal?.throwIfAborted();
                const response = await fetch(`${server}/api/v1/registrations${path}`,
                    { method, headers, keepalive, body: body && JSON.stringify(body), signal: end.signal, cache: 'no-store' });
                const answer = response.status === 204 ? {} : await response.json().catch(failure => {
                    if (response.ok || end.signal.aborted) {
                        throw failure;
                    }

                    return { title: response.statusText };
                });
                if (response.ok) {
                    this.#preferred = index;
                    return answer;
                }

                if (response.status < 500 && response.status !== 408 && response.status !== 429) {
                    throw refusal(answer);
                }

                failures.push(`${server} answered ${response.status} ${answer.reason ?? ''}`.trimEnd());
                retryAfter = answer.retryAfterMs ?? retryAfter;
            } catch (failure) {
                if (failure instanceof SupervisorError || signal?.aborted) {
                    throw failure;
                }

                const why = end.signal.aborted ? 'it did not answer in time' : failure.cause?.code ?? failure.cause?.message ?? failure.message;
                failures.push(`${server} cannot be reached (${why})`);
            } finally {
                clearTimeout(timer);
                signal?.removeEventListener('abort', abort);
            }
        }

        const why = failures.join('; ');
        throw new SupervisorError({
            permanent: false, reason: 'unreachable', retryAfter,
            text: { en: `No supervisor answered: ${why}.`, zh: `监管服务无响应。(${why})` },
        });
    }
}

/**
 * Publishes to a WHIP address until the signal says to end (then it resolves) or the connection is lost (then it rejects).
 * @param {string} url The address that was handed out.
 * @param {MediaStream} media What to publish.
 * @param {object} [on]
 * @param {AbortSignal} [on.signal]
 * @param {RTCPeerConnection} [on.peer] One with settings of your own.
 */
export async function whip(url, media, { signal, peer = new RTCPeerConnection() } = {}) {
    let resource;
    try {
        media.getTracks().forEach(track => peer.addTransceiver(track, { direction: 'sendonly', streams: [media] }));
        await peer.setLocalDescription(await peer.createOffer());
        const response = await fetch(url,
            { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: peer.localDescription.sdp, signal });
        if (!response.ok) {
            throw new Error(`The server refused the stream: ${response.status} ${response.statusText}`.trimEnd());
        }

        resource = response.headers.get('Location');
        await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
        await new Promise((resolve, reject) => {
            const lost = new Error('The connection to the server was lost.');
            const look = () => ['failed', 'closed'].includes(peer.connectionState) && reject(lost);
            peer.addEventListener('connectionstatechange', look);
            signal?.addEventListener('abort', resolve);
            look();
            signal?.aborted && resolve();
        });
    } catch (failure) {
        if (!signal?.aborted) {
            throw failure;
        }
    } finally {
        peer.close();
        if (resource) {
            await fetch(new URL(resource, url), { method: 'DELETE', keepalive: true }).catch(() => { });
        }
    }
}

/** The supervisor knows what it waits for; our own pause is for when it does not say. A fleet must not return in step. */
function pauseAfter(failures, told, attemptsLeft) {
    return told !== undefined
        ? told * (1 + 0.1 * Math.random())
        : (attemptsLeft === 0 ? REST : Math.min(500 * 1.5 ** (failures - 1), 10_000)) * (0.9 + 0.2 * Math.random());
}

/** What a refusal (of the stream) or a problem (of the call) means. */
function refusal(answer) {
    const title = answer.title ?? answer.reason ?? 'No reason was given.';
    return new SupervisorError({
        permanent: answer.kind === 'permanent',
        reason: answer.reason ?? '',
        text: answer.text ?? { en: `${title}. ${answer.detail ?? ''}`.trimEnd(), zh: answer.titleZh ?? title },
        retryAfter: answer.retryAfterMs,
    });
}

const worded = (en, zh, text) => ({ en: en.replace('{}', () => text?.en ?? ''), zh: zh.replace('{}', () => text?.zh ?? '') });

const sleep = (milliseconds, signal) => new Promise((resolve, reject) => {
    const abort = () => { clearTimeout(timer); reject(signal.reason); };
    const timer = setTimeout(() => { signal?.removeEventListener('abort', abort); resolve(); }, Math.max(0, milliseconds));
    signal?.addEventListener('abort', abort, { once: true });
    signal?.aborted && abort();
});
