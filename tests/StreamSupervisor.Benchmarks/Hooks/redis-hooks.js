// A plain hook server as one writes it in an afternoon: Node's own HTTP server, one pipelined connection to Redis, SET key client NX PX.
// No package: the few lines of RESP that this needs stand here.
'use strict';
const http = require('http');
const net = require('net');
const [port, redisPort] = process.argv.slice(2).map(Number);

const redis = net.connect(redisPort, '127.0.0.1');
redis.setNoDelay(true);
const waiting = [];
let rest = '';
redis.on('data', data => {
  rest += data.toString('latin1');
  for (let end; (end = rest.indexOf('\r\n')) >= 0; rest = rest.slice(end + 2)) {
    waiting.shift()(rest.slice(0, end)); // +OK, $-1 (nil), :1, -ERR: each is one line
  }
});

let out = '';
function command(...words) {
  if (out === '') setImmediate(() => { redis.write(out); out = ''; });
  out += `*${words.length}\r\n` + words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
  return new Promise(resolve => waiting.push(resolve));
}

const release = "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end";

function answer(response, code) {
  const body = `{"code":${code}}`;
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}

http.createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', async () => {
    const hook = JSON.parse(Buffer.concat(chunks).toString());
    const key = `${hook.vhost}/${hook.app}/${hook.stream}`;
    if (hook.action === 'on_publish') {
      answer(response, await command('SET', key, hook.client_id, 'NX', 'PX', '600000') === '+OK' ? 0 : 1);
    } else {
      if (hook.action === 'on_unpublish') await command('EVAL', release, '1', key, hook.client_id);
      answer(response, 0);
    }
  });
}).listen(port, '127.0.0.1');
