"""The pages of the inboxes, and the same as JSON for those who read without a browser."""

import json

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from sandbox.inboxes.models import Mail, Phone, Push

PAGE = 50


@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """The newest mails, of one recipient if `?to=` says so."""
    recipient = request.GET.get("to", "")
    return render(
        request, "inboxes/mails.html", {"mails": _mails(recipient), "recipient": recipient}
    )


@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "inboxes/mail.html", {"mail": get_object_or_404(Mail, pk=pk)})


@require_GET
def mails_json(request: HttpRequest) -> JsonResponse:
    """The newest mails, newest first; `?to=` keeps those of one recipient."""
    return JsonResponse(
        [
            {
                "id": mail.pk,
                "sender": mail.sender,
                "recipients": mail.recipients,
                "subject": mail.subject,
                "received_at": mail.received_at,
                "headers": mail.headers,
                "text": mail.text,
                "html": mail.html,
            }
            for mail in _mails(request.GET.get("to", ""))
        ],
        safe=False,
    )


@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    """Every phone with the notices on it."""
    pushes = Prefetch("pushes", queryset=Push.objects.order_by("-id"))
    return render(
        request, "inboxes/phones.html", {"phones": Phone.objects.prefetch_related(pushes)}
    )


@require_GET
def pushes_json(request: HttpRequest) -> JsonResponse:
    """The newest notices, newest first; `?token=` keeps those of one phone."""
    pushes = Push.objects.select_related("phone")
    if token := request.GET.get("token"):
        pushes = pushes.filter(phone__token=token)
    return JsonResponse(
        [
            {
                "id": push.pk,
                "token": push.phone.token,
                "title": push.title,
                "body": push.body,
                "link": push.link,
                "data": push.message.get("data", {}),
                "received_at": push.received_at,
            }
            for push in pushes[:PAGE]
        ],
        safe=False,
    )


@csrf_exempt
@require_POST
def register_phone(request: HttpRequest) -> JsonResponse:
    """What an app does when its user allows notices: it asks Firebase for a token.

    Takes and answers JSON. The same name is the same phone.
    """
    phone, _ = Phone.objects.get_or_create(name=str(json.loads(request.body)["name"])[:120])
    return JsonResponse({"name": phone.name, "token": phone.token})


def _mails(recipient: str) -> QuerySet[Mail]:
    mails = Mail.objects.all()
    if recipient:
        mails = mails.filter(recipients__contains=[recipient])
    return mails[:PAGE]
