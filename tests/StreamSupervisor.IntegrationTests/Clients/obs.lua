--[[ As much of OBS Studio as its script asks for, for Lua alone: events, signals, timers, one service and one output. "On air" is a call to the
test, which ends it by its answer: good is a person who stops, bad a loss. OBS connects again after its first loss, and has no tries left at the
next; where it is refused at once, it does not connect again.

    luajit obs.lua SCRIPT SUPERVISOR RTMP-SERVER STREAM-KEY CALL-TO-THE-TEST ]]

local script, supervisor, server, key, control = ...
local settings = { servers = supervisor }
local service, on_event, timers, signals = { server = server, key = key }, nil, {}, {}
local live, is_on_air, losses, again_in, over = nil, false, 0, nil, nil

local function temporary(text)
    local name = os.tmpname()
    local file = assert(io.open(name, 'w'))
    file:write(text)
    file:close()
    return name
end

local function fire(event)
    on_event(obslua['OBS_FRONTEND_EVENT_STREAMING_' .. event])
end

--- The one who answers for the server gets the address as RTMP would have it.
local function connect()
    live = temporary('')
    local body = temporary(service.server .. '/' .. service.key)
    os.execute('{ curl -sf --data-binary @' .. body .. ' ' .. control .. '; echo $? > ' .. live .. '; rm ' .. body .. '; } > /dev/null 2>&1 &')
end

obslua = setmetatable({
    LOG_INFO = 300, LOG_WARNING = 200, OBS_TEXT_DEFAULT = 0, OBS_TEXT_PASSWORD = 1, OBS_COMBO_TYPE_LIST = 2, OBS_COMBO_FORMAT_STRING = 3,
    OBS_FRONTEND_EVENT_STREAMING_STARTING = 0, OBS_FRONTEND_EVENT_STREAMING_STARTED = 1,
    OBS_FRONTEND_EVENT_STREAMING_STOPPING = 2, OBS_FRONTEND_EVENT_STREAMING_STOPPED = 3,
    script_log = function(level, text)
        print(text)
        over = level == obslua.LOG_WARNING and 77 or over
    end,
    timer_add = function(call, milliseconds) timers[#timers + 1] = { call = call, every = milliseconds / 1000 } end,
    obs_frontend_add_event_callback = function(call) on_event = call end,
    obs_frontend_get_streaming_service = function() return service end,
    obs_frontend_get_streaming_output = function() return {} end,
    obs_output_get_signal_handler = function() return signals end,
    obs_output_release = function() end,
    signal_handler_connect = function(handler, signal, call) handler[signal] = call end,
    signal_handler_disconnect = function(handler, signal) handler[signal] = nil end,
    obs_service_get_type = function() return 'rtmp_custom' end,
    obs_service_get_settings = function(from) return from end,
    obs_service_update = function(to, data) to.server, to.key = data.server, data.key end,
    obs_data_create = function() return {} end,
    obs_data_release = function() end,
    obs_data_get_string = function(data, name) return data[name] or '' end,
    obs_data_set_string = function(data, name, value) data[name] = value end,
    obs_data_set_default_string = function(data, name, value) data[name] = data[name] or value end,
    obs_properties_create = function() return {} end,
    obs_properties_add_text = function() end,
    obs_properties_add_button = function() end,
    obs_properties_add_list = function() return {} end,
    obs_property_list_add_string = function() end,
    obs_frontend_streaming_start = function()
        fire('STARTING')
        connect()
    end,
    obs_frontend_streaming_stop = function()
        live, again_in = nil, nil
        fire('STOPPING')
        fire('STOPPED')
    end,
}, { __index = function(_, name) error('There is no ' .. name .. ' here; is there in OBS?') end })

dofile(script)
script_defaults(settings)
script_update(settings)
script_properties()
script_load(settings)
obslua.obs_frontend_streaming_start()

local function step()
    os.execute('sleep ' .. timers[1].every)
    timers[1].call()
end

while not over do
    step()
    local file = live and io.open(live)
    local code = file and file:read('*n')
    if file then
        file:close()
    end
    if code then
        os.remove(live)
        live = nil
        if code == 0 then
            obslua.obs_frontend_streaming_stop()
            over = 0
        elseif is_on_air and losses == 0 then
            losses = 1
            signals.reconnect()
            again_in = 2 / timers[1].every
        else
            is_on_air = false
            fire('STOPPED')
        end
    elseif live and not is_on_air then
        is_on_air = true
        fire('STARTED')
    end
    again_in = again_in and again_in - 1
    if again_in and again_in <= 0 then
        again_in = nil
        connect()
        signals.reconnect_success()
    end
end

-- OBS goes on when a stream is over.
for _ = 1, 5 do
    step()
end
script_unload()
assert(service.server == server and service.key == key, 'The settings of the stream are not what they were.')
os.exit(over)
