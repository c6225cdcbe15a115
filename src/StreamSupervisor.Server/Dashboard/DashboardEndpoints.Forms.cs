using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    /// <summary>Bytes of a form; an order to a stream has a bound of its own.</summary>
    private const int MaxForm = 8 * 1024;
    private const int MaxWhy = 500;

    /// <summary>Where a form leads back to, from the root of the pages on. Whatever it says is behind that root, so of this site.</summary>
    internal static string PathIn(IFormCollection form) =>
        form["to"].ToString() is { Length: > 0 and < 4096 } to && to[0] is '/' or '?' && to.All(c => c is > ' ' and < '\x7f') ? to : "";

    /// <exception cref="ApiProblemException">The body is no form, or too large.</exception>
    internal static async Task<IFormCollection> FormAsync(HttpContext call, int most = MaxForm)
    {
        if (!call.Request.HasFormContentType)
        {
            throw new ApiProblemException(Problems.NotForm.Of("Send the body as 'application/x-www-form-urlencoded'."));
        }

        if (call.Request.ContentLength is null || call.Request.ContentLength > most)
        {
            throw new ApiProblemException(Problems.BodyTooLarge.Of($"A form has at most {most / 1024} KB, and says how many."));
        }

        try
        {
            return await call.Request.ReadFormAsync(call.RequestAborted);
        }
        catch (InvalidDataException broken)
        {
            throw new ApiProblemException(Problems.NotForm.Of(broken.Message));
        }
    }

    /// <summary>Leads back to the page of a form, which shows a sentence.</summary>
    private static IResult Told(DashboardPages pages, HttpContext call, IFormCollection form, string text)
    {
        PageNotice.Leave(call, pages.Root, text);
        return pages.Back(form);
    }

    /// <exception cref="ApiProblemException">Nobody has said why.</exception>
    private static string WhyIn(DashboardPages pages, HttpContext call, IFormCollection form)
    {
        var why = new string([.. form["why"].ToString().Where(letter => !char.IsControl(letter))]).Trim();
        return why.Length is > 0 and <= MaxWhy
            ? why
            : throw new ApiProblemException(ApiProblem.BadField("why", pages.Words<AskWords>(call).WhyMissing));
    }

    /// <exception cref="ApiProblemException">What was typed is not the name.</exception>
    private static void Confirm(DashboardPages pages, HttpContext call, IFormCollection form, string name)
    {
        if (form["confirm"].ToString().Trim() != name)
        {
            throw new ApiProblemException(ApiProblem.BadField("confirm", pages.Words<AskWords>(call).NotConfirmed));
        }
    }
}
