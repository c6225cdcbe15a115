using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Features;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>
/// One rendering for all open pages that show the same. After a change each of them fetches itself again, all in the same moment: fifty
/// that show the list cost one reading of it then, and one rendering. Nobody is shown what was read before they asked: who comes while a
/// page is rendered gets the next rendering of it. Only what the script of a page fetches is shared; a person who goes somewhere does not
/// wait.
/// </summary>
internal sealed class SharedPages(TimeProvider time) : IEndpointFilter
{
    /// <summary>What the script says with its fetches.</summary>
    public const string Refresh = "X-Refresh";

    /// <summary>Browsers that were told in the same moment ask within this time.</summary>
    internal static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(25);

    /// <summary>Between the beginnings of two renderings of a page.</summary>
    internal static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private const string Html = "text/html; charset=utf-8";
    private readonly System.Threading.Lock _lock = new();
    private readonly Dictionary<string, Rendering> _pages = new(StringComparer.Ordinal);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var call = context.HttpContext;
        if (!call.Request.Headers.ContainsKey(Refresh) || !HttpMethods.IsGet(call.Request.Method)
            || call.Request.Cookies.ContainsKey(PageFactory.NoticeCookie))
        {
            return await next(context);
        }

        // What is no page, a problem for instance, is the answer to the one who asked and to nobody else.
        object? own = null;
        try
        {
            var (rendering, isMine) = Next(NameOf(call), async () =>
            {
                own = await next(context);
                return own is RazorComponentResult { StatusCode: null or StatusCodes.Status200OK } rendered
                    ? await RenderAsync(call, rendered) : null;
            });

            // The call with which it is rendered must not end before that, whoever has hung up.
            var page = isMine ? await rendering : await rendering.WaitAsync(call.RequestAborted);
            return page is not null ? Results.Bytes(page, Html) : own ?? await next(context);
        }
        catch (OperationCanceledException) when (!call.RequestAborted.IsCancellationRequested)
        {
            // Whoever was first has left in the middle of it.
            return await next(context);
        }
    }

    /// <summary>The next rendering of a page that begins. The first who waits for it makes it, for all others too.</summary>
    /// <param name="name">What is the same for all who may see it: caller, address, language and colours.</param>
    /// <param name="render">Renders; null for what is not to be shared.</param>
    /// <returns>The rendering, and whether it is made with this <paramref name="render"/>.</returns>
    internal (Task<byte[]?> Page, bool IsMine) Next(string name, Func<Task<byte[]?>> render)
    {
        lock (_lock)
        {
            foreach (var (old, one) in _pages)
            {
                if (one.Next is null && one.Last.IsCompleted && time.GetElapsedTime(one.BeganAt) > Pace)
                {
                    _pages.Remove(old);
                }
            }

            if (!_pages.TryGetValue(name, out var page))
            {
                _pages.Add(name, page = new Rendering());
            }

            if (page.Next is { } begun)
            {
                return (begun, false);
            }

            return (page.Next = Task.Run(() => NextAsync(page, render)), true);
        }
    }

    private async Task<byte[]?> NextAsync(Rendering page, Func<Task<byte[]?>> render)
    {
        await ((Task)page.Last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var left = page.BeganAt is 0 ? TimeSpan.Zero : Pace - time.GetElapsedTime(page.BeganAt);
        await Task.Delay(left > Gather ? left : Gather, time);
        lock (_lock)
        {
            (page.Last, page.Next, page.BeganAt) = (page.Next!, null, time.GetTimestamp());
        }

        return await render();
    }

    private static string NameOf(HttpContext call) => string.Join(
        '\n',
        NameOf(call.Features.Get<ApiCaller>()!),
        call.Features.Get<IHttpRequestFeature>()!.RawTarget,
        call.Request.Cookies[PageFactory.LanguageCookie],
        call.Request.Cookies[PageFactory.ThemeCookie],
        call.Request.Headers.AcceptLanguage);

    /// <summary>
    /// All that decides what a caller is shown. A name alone does not: the same one may have another scope since a reload.
    /// </summary>
    internal static string NameOf(ApiCaller caller) => string.Join(
        '\t', [caller.Name, ApiCaller.WordOf(caller.Role), .. caller.Scope.Streams, "|", .. caller.Scope.Origins]);

    private static async Task<byte[]> RenderAsync(HttpContext call, RazorComponentResult page)
    {
        var (body, rendered) = (call.Response.Body, new MemoryStream());
        call.Response.Body = rendered;
        try
        {
            await page.ExecuteAsync(call);
        }
        finally
        {
            call.Response.Body = body;
        }

        return rendered.ToArray();
    }

    /// <summary>One page and its renderings.</summary>
    private sealed class Rendering
    {
        /// <summary>The one that began last.</summary>
        public Task<byte[]?> Last { get; set; } = Task.FromResult<byte[]?>(null);

        /// <summary>When it began; 0: none has.</summary>
        public long BeganAt { get; set; }

        /// <summary>The one that has not begun; null: nobody waits for one.</summary>
        public Task<byte[]?>? Next { get; set; }
    }
}
