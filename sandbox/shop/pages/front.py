"""The shop window, and the door: signing in as one of the sandbox's people."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from sandbox.shop import customers
from sandbox.shop.models import Channel, Price, User
from sandbox.shop.pages import visitor
from sandbox.shop.pages.frame import overview_of
from sandbox.shop.people import SHOPPERS


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    channel = visitor.channel_of(request)
    overview = overview_of(request, visitor.user_of(request))
    prices = (
        Price.objects.filter(channel=channel)
        .select_related("product")
        .order_by("product__position")
    )
    offers = [
        {
            "product": price.product,
            "amount": price.amount,
            "points": overview.points_for(price.amount, channel)
            if price.product.is_shipping_required
            else 0,
        }
        for price in prices
    ]
    return render(request, "shop/front.html", {"offers": offers, "terms": overview.terms(channel)})


def sign_in(request: HttpRequest) -> HttpResponse:
    """The people to choose from; a choice is a sign-in, and no choice makes a guest."""
    if request.method != "POST":
        return render(request, "shop/sign_in.html")
    wanted = request.GET.get("next", "")
    pk = request.POST.get("user")
    user = get_object_or_404(User, pk=pk, is_active=True) if pk else None
    visitor.sign_in(request, user)
    if user is None:
        messages.info(request, "You are a guest now.")
        return redirect("front")
    messages.success(request, f"Hello {user.first_name}.")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect("dashboard" if user.is_staff else "front")


class SignUpForm(forms.Form):
    first_name = forms.CharField(label="First name", max_length=256)
    email = forms.EmailField(label="Email")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


def sign_up(request: HttpRequest) -> HttpResponse:
    """Become a customer: the address counts as confirmed, as if the mail had been answered."""
    form = SignUpForm(request.POST or None)
    if not form.is_valid():
        return render(request, "shop/sign_up.html", {"form": form})
    user = customers.sign_up(password=SHOPPERS[0].password, **form.cleaned_data)
    if user is None:
        form.add_error("email", "Somebody has this address already.")
        return render(request, "shop/sign_up.html", {"form": form})
    visitor.sign_in(request, user)
    messages.success(
        request, f"Hello {user.first_name}. You are a customer; join the program here."
    )
    return redirect("account")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    visitor.sign_in(request, None)
    return redirect("front")


@require_POST
def choose_channel(request: HttpRequest) -> HttpResponse:
    channel = get_object_or_404(Channel, slug=request.POST["channel"], is_active=True)
    visitor.choose_channel(request, channel)
    return redirect("front")
