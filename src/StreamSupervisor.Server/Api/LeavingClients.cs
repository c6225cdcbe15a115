using Microsoft.AspNetCore.Connections;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// A client that hangs up in the middle of its call, or sends half a body, is its own affair: no error of ours, and no stack trace in the
/// log.
/// </summary>
internal static class LeavingClients
{
    public static void PassOver(WebApplication web)
    {
        var log = web.Services.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Api.LeavingClients");
        web.Use(async (call, next) =>
        {
            try
            {
                await next(call);
            }
            catch (BadHttpRequestException bad)
            {
                Pass(call, bad.StatusCode, bad);
            }
            catch (Exception gone) when (HasLeft(gone) || (gone is IOException or OperationCanceledException
                && call.RequestAborted.IsCancellationRequested))
            {
                Pass(call, StatusCodes.Status499ClientClosedRequest, gone);
            }
        });

        void Pass(HttpContext call, int status, Exception why)
        {
            log.LogDebug("{Address} left {Method} {Path}: {Why}", call.Connection.RemoteIpAddress, call.Request.Method, call.Request.Path,
                why.Message);
            if (!call.Response.HasStarted)
            {
                call.Response.StatusCode = status;
                call.Response.Headers.Connection = "close";
            }
        }
    }

    /// <summary>Whether a failure says nothing but that the client hung up.</summary>
    public static bool HasLeft(Exception failure) => failure is ConnectionResetException or ConnectionAbortedException;
}
