--[[ Publishes from OBS Studio under a StreamSupervisor: asks before the stream starts and after a loss, and publishes where it is told.

In OBS: Settings > Stream > Service "Custom…", with the server and key that you would publish to without a supervisor (rtmp://srs/live and
cam1?token=…). Then Tools > Scripts > + > this file, and the address of the supervisor. Needs curl in the path: Windows 10, macOS and Linux
bring it.

OBS's Lua has no HTTP, so curl makes the calls; what is secret goes to it in a file that only you can read. It works in the background, but
for the question before the start, which may take three seconds. Where the supervisor has not said "publish" by then, OBS goes on with the
address of its settings, which the hooks of SRS decide about; if that fails, the script asks on and starts the stream when the way is free.

Events of the frontend come on OBS's UI thread, signals of the output on one of its own, timers on the one that draws. One of them at a time
is in the script, so a call that waits holds the picture as well: only the start of a stream waits. ]]

local TICK = 0.2          -- seconds between two looks at what curl answered
local BLOCK = 3           -- seconds that the start of a stream waits for the supervisor at most
local TIMEOUT = 10        -- seconds that a call in the background may take
local STABLE_AFTER = 15   -- seconds on air after which tries are counted anew: for ten of them the same number is taken for a copy
local REST = 30           -- seconds between two tries when the supervisor says that no more quick ones make sense

-- JSON, as much of it as the API speaks.

local function utf8_of(code)
    if code < 0x80 then
        return string.char(code)
    elseif code < 0x800 then
        return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
    elseif code < 0x10000 then
        return string.char(0xE0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
    end
    return string.char(0xF0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64, 0x80 + math.floor(code / 64) % 64,
        0x80 + code % 64)
end

local ESCAPES = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t', ['"'] = '"', ['\\'] = '\\', ['/'] = '/' }

local function unescape(text)
    text = text:gsub('\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)', function(high, low)
        return utf8_of(0x10000 + (tonumber(high, 16) - 0xD800) * 1024 + tonumber(low, 16) - 0xDC00)
    end)
    return (text:gsub('\\(.)(%x?%x?%x?%x?)', function(letter, digits)
        return letter == 'u' and utf8_of(tonumber(digits, 16)) or ESCAPES[letter] .. digits
    end))
end

local parse

local function members(text, at, close, read)
    at = text:match('^%s*()', at)
    while text:sub(at, at) ~= close do
        at = text:match('^%s*,?%s*()', read(at))
    end
    return at + 1
end

--- Reads a value; returns it and where it ended. Null is nil. Anything that is no JSON is an error.
function parse(text, at)
    at = text:match('^%s*()', at)
    local first = text:sub(at, at)
    if first == '{' or first == '[' then
        local result = {}
        return result, members(text, at + 1, first == '{' and '}' or ']', function(where)
            local name, value = #result + 1, nil
            if first == '{' then
                name, where = parse(text, where)
                where = assert(text:match('^%s*:()', where), 'no JSON')
            end
            value, where = parse(text, where)
            result[name] = value
            return where
        end)
    elseif first == '"' then
        local from, last = at + 1, at
        repeat
            last = assert(text:find('"', last + 1, true), 'no JSON')
        until #text:sub(from, last - 1):match('\\*$') % 2 == 0
        return unescape(text:sub(from, last - 1)), last + 1
    end
    local word, after = text:match('^([%w%.%+%-]+)()', at)
    local literals = { ['true'] = true, ['false'] = false }
    if literals[word] ~= nil then
        return literals[word], after
    end
    assert(word == 'null' or tonumber(word), 'no JSON')
    return tonumber(word), after
end

local function decode(text)
    local read, value = pcall(parse, text, 1)
    return read and type(value) == 'table' and value or nil
end

local function quote(text)
    return '"' .. tostring(text):gsub('[%c"\\]', function(c)
        return (c == '"' or c == '\\') and '\\' .. c or string.format('\\u%04x', c:byte())
    end) .. '"'
end

--- An object of strings, numbers and booleans; what is empty is left out.
local function encode(fields)
    local parts = {}
    for name, value in pairs(fields) do
        if value ~= '' then
            parts[#parts + 1] = quote(name) .. ':' .. (type(value) == 'string' and quote(value) or tostring(value))
        end
    end
    return '{' .. table.concat(parts, ',') .. '}'
end

-- Calls, made by curl. Every answer is one of the API's: what else happens is put into its words.

local Calls = {}
Calls.__index = Calls

local IS_WINDOWS = package.config:sub(1, 1) == '\\'
local count = 0

local function temporary_file()
    count = count + 1
    return IS_WINDOWS and string.format('%s\\streamsupervisor-%d-%d', os.getenv('TEMP') or '.', os.time(), count) or os.tmpname()
end

local function write_config(server, api_key, method, path, body, seconds)
    local name = temporary_file()
    local file = assert(io.open(name, 'w'))
    file:write('silent\nrequest = ', method, '\nurl = ', quote(server .. '/api/v1/registrations' .. path), '\nmax-time = ', seconds,
        '\nheader = "Content-Type: application/json"\nwrite-out = "\\n%{http_code}"\n')
    if api_key ~= '' then
        file:write('header = ', quote('Authorization: Bearer ' .. api_key), '\n')
    end
    if body then
        file:write('data = ', quote(body), '\n')
    end
    file:close()
    return name
end

--- What curl wrote, as an answer; nil while it is not complete.
local function read_answer(output, server)
    local body, code = output:match('^(.*)\n(%d%d%d)$')
    if not code then
        return nil
    end
    local answer = code == '204' and {} or decode(body)
    if not answer then
        return { decision = 'refused', reason = 'unreachable', kind = 'temporary', text = {
            en = 'No supervisor answers at ' .. server .. '. Check its address, and that it runs.',
            zh = '监管服务 ' .. server .. ' 无响应。请检查地址以及服务是否正在运行。',
        } }
    end
    if not answer.decision and answer.title then
        answer.decision = 'refused'
        answer.text = { en = answer.title .. '. ' .. (answer.detail or ''), zh = answer.titleZh or answer.title }
    end
    return answer, code < '500' and code ~= '429'
end

function Calls.new(servers, api_key)
    local self = setmetatable({ servers = {}, api_key = api_key or '' }, Calls)
    for server in (servers or ''):gmatch('[^%s,]+') do
        self.servers[#self.servers + 1] = (server:gsub('/+$', ''))
    end
    return self
end

--- Any member answers for any stream: where one did not, the next is asked.
function Calls:next()
    table.insert(self.servers, table.remove(self.servers, 1))
end

--- Waits for the answer.
function Calls:now(method, path, body, seconds)
    local answer, good
    for _ = 1, #self.servers do
        local config = write_config(self.servers[1], self.api_key, method, path, body, seconds / #self.servers)
        local curl = io.popen('curl -K "' .. config .. '"')
        local output = curl and curl:read('*a') or ''
        if curl then
            curl:close()
        end
        os.remove(config)
        answer, good = read_answer(output, self.servers[1])
        if good then
            return answer
        end
        self:next()
    end
    return answer or read_answer('\n000', self.servers[1] or '')
end

--- Does not wait: returns a function that returns the answer when it is there.
function Calls:start(method, path, body)
    local server, output = self.servers[1] or '', temporary_file()
    local config = write_config(server, self.api_key, method, path, body, TIMEOUT)
    local patience = (TIMEOUT + 2) / TICK
    os.execute(IS_WINDOWS and 'start "" /b curl -K "' .. config .. '" > "' .. output .. '" 2>nul'
        or '{ curl -K "' .. config .. '" > "' .. output .. '" 2>/dev/null; rm -f "' .. config .. '"; } &')
    return function()
        patience = patience - 1
        local file = io.open(output)
        local answer, good = read_answer(patience > 0 and (file and file:read('*a') or '') or '\n000', server)
        if file then
            file:close()
        end
        if answer then
            os.remove(config)
            os.remove(output)
            if not good then
                self:next()
            end
        end
        return answer
    end
end

-- The rules, without OBS. encoder: say(text, is_warning), publish_to(url), start(), stop().

local Session = {}
Session.__index = Session

function Session.new(encoder)
    return setmetatable({
        encoder = encoder, time = 0, phase = 'off', wanted = false, attempt = 1, id = '', error = '', dropped = {},
    }, Session)
end

--- calls: how to ask. stream: key, encoder_id, credential.
function Session:configure(calls, stream)
    self.calls, self.stream = calls, stream
end

function Session:request()
    return encode {
        key = self.stream.key, encoderId = self.stream.encoder_id, credential = self.stream.credential, attempt = self.attempt,
        lastError = self.error,
    }
end

--- By the registration and not by our name, under which the next run of this encoder may have registered meanwhile.
function Session:goodbye()
    local path = '/' .. self.id
    self.id = ''
    return 'DELETE', path
end

--- What is still being asked matters no more, but is waited for, so that its files go.
function Session:forget()
    self.dropped[#self.dropped + 1] = self.pending
    self.pending, self.due, self.waiting, self.permitted = nil, nil, false, false
end

--- OBS is about to connect: the last moment to give it another address.
function Session:starting()
    self.phase = 'starting'
    if self.permitted then
        self.permitted = false
        return
    end
    self:forget()
    self.wanted, self.attempt, self.error = true, 1, ''
    local answer = self.calls:now('POST', '', self:request(), BLOCK * 2 / 3)
    if answer.decision == 'wait' then
        answer = self.calls:now('GET', string.format('/%s?wait=%dms', answer.registrationId, BLOCK * 250), nil, BLOCK / 3)
    end
    self:take(answer)
    self.permitted = false
end

function Session:started()
    self.phase, self.on_air_since, self.permitted = 'on', self.time, false
    self.due = self.waiting and self.due or nil
end

--- Somebody wants no more: the person, or the supervisor.
function Session:give_up()
    self:forget()
    self.wanted = false
    if self.id ~= '' then
        self.dropped[#self.dropped + 1] = self.calls:start(self:goodbye())
    end
end

function Session:stopped()
    self.phase = 'off'
    if not self.permitted then
        self:lost()
    end
end

--- The stream was lost. While OBS waits before it connects again, there is time to ask where.
function Session:lost()
    if not self.wanted or self.pending or self.due then
        return
    end
    local was_on_air = self.on_air_since and self.time - self.on_air_since >= STABLE_AFTER
    self.attempt = was_on_air and 1 or self.attempt + 1
    self.on_air_since, self.error = nil, 'OBS lost the connection'
    self.due = self.time + (was_on_air and 0 or self:pause())
end

--- The supervisor knows what it waits for; this is for when it does not say.
function Session:pause()
    return self.attempts_left == 0 and REST or math.min(0.5 * 1.5 ^ (self.attempt - 2), 10)
end

function Session:take(answer)
    local encoder, was_waiting = self.encoder, self.waiting
    self.id = answer.registrationId or self.id
    self.attempts_left = answer.attemptsLeft
    self.waiting = answer.decision == 'wait'
    if answer.decision == 'publish' and answer.publish and #answer.publish > 0 then
        -- An encoder that could not reach the first address tries the next one.
        local target = answer.publish[(self.attempt - 1) % #answer.publish + 1]
        encoder.say({ en = 'Publishing to ' .. target.origin .. '.', zh = '正在推流到 ' .. target.origin .. '。' })
        encoder.publish_to(target.url)
        self.permitted = self.phase ~= 'on'
    elseif self.waiting then
        if not was_waiting then
            encoder.say(answer.text or { en = 'Waiting for the stream.', zh = '等待中。' })
        end
        self.due = self.time + 2 * TICK
    elseif answer.kind == 'permanent' then
        encoder.say(answer.text, true)
        self:give_up()
        if self.phase == 'on' then
            encoder.stop()
        end
    else
        encoder.say(answer.text or { en = 'The supervisor gave no answer.', zh = '监管服务未作答复。' })
        self.attempt = self.attempt + 1
        self.due = self.time + (answer.retryAfterMs and answer.retryAfterMs / 1000 or self:pause())
    end
end

function Session:tick()
    self.time = self.time + TICK
    for index = #self.dropped, 1, -1 do
        if self.dropped[index]() then
            table.remove(self.dropped, index)
        end
    end
    if self.permitted and self.phase == 'off' then
        -- Not when the event says that OBS has stopped: it is not done with that yet.
        self.phase = 'called'
        self.encoder.start()
    elseif self.pending then
        local answer = self.pending()
        if answer then
            self.pending = nil
            self:take(answer)
        end
    elseif self.due and self.time >= self.due then
        self.due = nil
        if self.waiting then
            -- Renews and asks in one.
            self.pending = self.calls:start('PUT', '/' .. self.id, encode { state = 'waiting' })
        else
            self.pending = self.calls:start('POST', '', self:request())
        end
    end
end

--- rtmp://srs/live and cam1?token=… as OBS has them: live/cam1, token=…
local function stream_of(server, key)
    local app = server:match('^%a+://[^/]+/([^?]*)') or ''
    local stream, query = key:match('^([^?]*)%??(.*)$')
    local vhost = (query .. '&' .. (server:match('%?(.*)$') or '')):match('vhost=([^&]+)')
    return (vhost and vhost .. '/' or '') .. app:gsub('/+$', '') .. '/' .. stream, query
end

--- The other way round; what is no RTMP has no key.
local function fields_of(url)
    local server, key = url:match('^(rtmps?://[^?]*)/([^/?]+%??.*)$')
    return server or url, key or ''
end

-- OBS

local obs = obslua
local settings = { servers = '', key = '', encoder_id = '', credential = '', api_key = '', language = 'en' }
local session, own_fields

local function say(text, is_warning)
    obs.script_log(is_warning and obs.LOG_WARNING or obs.LOG_INFO, text[settings.language] or text.en)
end

local function read_service()
    local service = obs.obs_frontend_get_streaming_service()
    local data = obs.obs_service_get_settings(service)
    local server, key = obs.obs_data_get_string(data, 'server'), obs.obs_data_get_string(data, 'key')
    obs.obs_data_release(data)
    return obs.obs_service_get_type(service), server, key
end

local function write_service(server, key)
    local data = obs.obs_data_create()
    obs.obs_data_set_string(data, 'server', server)
    obs.obs_data_set_string(data, 'key', key)
    obs.obs_service_update(obs.obs_frontend_get_streaming_service(), data)
    obs.obs_data_release(data)
end

local function publish_to(url)
    if not own_fields then
        local _, server, key = read_service()
        own_fields = { server, key }
    end
    write_service(fields_of(url))
end

--- The person's own address stands in the settings again, and not one that is over in two minutes.
local function restore()
    if own_fields then
        write_service(own_fields[1], own_fields[2])
        own_fields = nil
    end
end

local function machine()
    local hostname = io.popen('hostname')
    local name = hostname and hostname:read('*l') or 'obs'
    if hostname then
        hostname:close()
    end
    return name
end

local function on_reconnect()
    session:lost()
end

local function on_reconnect_success()
    session:started()
end

local function listen(how)
    local output = obs.obs_frontend_get_streaming_output()
    if output then
        local signals = obs.obs_output_get_signal_handler(output)
        how(signals, 'reconnect', on_reconnect)
        how(signals, 'reconnect_success', on_reconnect_success)
        obs.obs_output_release(output)
    end
end

local function on_starting()
    local kind, server, key = read_service()
    if kind ~= 'rtmp_custom' and kind ~= 'whip_custom' then
        say({ en = 'Choose "Custom…" or "WHIP" in Settings > Stream, so that the supervisor can say where to publish.',
            zh = '请在“设置 > 推流”中选择“自定义…”或“WHIP”,以便由监管服务指定推流地址。' }, true)
        return
    end
    if not session.permitted then
        local stream, query = stream_of(server, key)
        session:configure(Calls.new(settings.servers, settings.api_key), {
            key = settings.key ~= '' and settings.key or stream,
            encoder_id = settings.encoder_id ~= '' and settings.encoder_id or machine() .. ':obs',
            credential = settings.credential ~= '' and settings.credential or query,
        })
    end
    session:starting()
end

local function on_event(event)
    if settings.servers == '' then
        return
    elseif event == obs.OBS_FRONTEND_EVENT_STREAMING_STARTING then
        on_starting()
    elseif event == obs.OBS_FRONTEND_EVENT_STREAMING_STARTED then
        listen(obs.signal_handler_connect)
        session:started()
    elseif event == obs.OBS_FRONTEND_EVENT_STREAMING_STOPPING then
        session:give_up()
    elseif event == obs.OBS_FRONTEND_EVENT_STREAMING_STOPPED then
        listen(obs.signal_handler_disconnect)
        if not session.permitted then
            restore()
        end
        session:stopped()
    end
end

local function on_tick()
    session:tick()
end

function script_description()
    return 'Asks a StreamSupervisor before a stream starts and after a loss, and publishes where it says.\n\n'
        .. '在开始推流之前以及断流之后询问 StreamSupervisor,并推流到其指定的地址。'
end

function script_properties()
    local properties = obs.obs_properties_create()
    obs.obs_properties_add_text(properties, 'servers', 'Supervisor 监管服务 (http://10.0.0.1:8085)', obs.OBS_TEXT_DEFAULT)
    obs.obs_properties_add_text(properties, 'key', 'Stream 流 (empty: as in Settings > Stream)', obs.OBS_TEXT_DEFAULT)
    obs.obs_properties_add_text(properties, 'encoder_id', 'Name of this encoder 编码器名称 (empty: this machine)', obs.OBS_TEXT_DEFAULT)
    obs.obs_properties_add_text(properties, 'credential', 'Credential 凭证 (empty: what stands behind the key)', obs.OBS_TEXT_PASSWORD)
    obs.obs_properties_add_text(properties, 'api_key', 'API key API 密钥 (if you were given one)', obs.OBS_TEXT_PASSWORD)
    local language = obs.obs_properties_add_list(properties, 'language', 'Language 语言',
        obs.OBS_COMBO_TYPE_LIST, obs.OBS_COMBO_FORMAT_STRING)
    obs.obs_property_list_add_string(language, 'English', 'en')
    obs.obs_property_list_add_string(language, '中文', 'zh')
    obs.obs_properties_add_button(properties, 'give_up', 'Stop trying 停止重试', function()
        session:give_up()
        restore()
        return false
    end)
    return properties
end

function script_defaults(data)
    obs.obs_data_set_default_string(data, 'language', (os.getenv('LANG') or ''):sub(1, 2) == 'zh' and 'zh' or 'en')
end

function script_update(data)
    for name in pairs(settings) do
        settings[name] = obs.obs_data_get_string(data, name)
    end
end

function script_load()
    session = Session.new {
        say = say, publish_to = publish_to, start = obs.obs_frontend_streaming_start, stop = obs.obs_frontend_streaming_stop,
    }
    obs.obs_frontend_add_event_callback(on_event)
    obs.timer_add(on_tick, TICK * 1000)
end

function script_unload()
    if session.id ~= '' then
        local method, path = session:goodbye()
        session.calls:now(method, path, nil, 1)
    end
    restore()
end

return { Session = Session, decode = decode, encode = encode, stream_of = stream_of, fields_of = fields_of }
