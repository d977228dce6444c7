"""Single sign-on: OpenID Connect with the district's own identity provider."""
