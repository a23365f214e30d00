// SPDX-License-Identifier: MIT

//go:build !v5

package main

import "github.com/go-chi/chi"

type router = chi.Router

var newRouter, urlParam = chi.NewRouter, chi.URLParam
