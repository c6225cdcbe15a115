using System.Buffers.Text;
using System.Text;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Takes one sentence over to the page that follows an order, and away when it was shown.</summary>
internal static class PageNotice
{
    private const int Longest = 600;
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(1);

    public static void Leave(HttpContext call, string path, string text)
    {
        var kept = text.Length > Longest ? text[..Longest] + "…" : text;
        call.Response.Cookies.Append(
            PageFactory.NoticeCookie, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(kept)), DashboardGate.CookieAt(call, path, Validity));
    }

    public static Notice? Take(HttpContext call, string path)
    {
        if (call.Request.Cookies[PageFactory.NoticeCookie] is not { Length: > 0 } left || !Base64Url.IsValid(left))
        {
            return null;
        }

        call.Response.Cookies.Delete(PageFactory.NoticeCookie, DashboardGate.CookieAt(call, path, null));
        return new Notice(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(left)), IsError: false);
    }
}
