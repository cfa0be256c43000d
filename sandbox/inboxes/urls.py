"""The addresses of the inboxes."""

from django.urls import path

from sandbox.inboxes import fcm, views

urlpatterns = [
    path("mail/", views.mails, name="mails"),
    path("mail/messages.json", views.mails_json),
    path("mail/<int:pk>/", views.mail, name="mail"),
    path("push/", views.phones, name="phones"),
    path("push/messages.json", views.pushes_json),
    path("push/phones", views.register_phone),
    path("fcm/token", fcm.token),
    path("fcm/v1/projects/<str:project>/messages:send", fcm.send),
]
