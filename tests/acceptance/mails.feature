Feature: Mails

  Whoever must know gets one mail, in the language of the order, with all that belongs to it.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario: The owner gets the access code, which lets a laptop in
    Then olga@example.org got 1 mail "PyCon: the access code for further devices" in "en"
    And the code in it lets another laptop in

  Scenario Outline: From an order to a ticket
    When Rita orders in "<language>": 1 "Full conference"
    Then rita@example.org got 1 mail "<order link>" in "<language>"
    When Rita starts to pay
    And the provider says that it was paid
    And the provider says that it was paid
    Then rita@example.org got 1 mail "<confirmation>" in "<language>" with conference.ics
    When Rita gives seat 0 to Bo
    Then bo@example.org got 1 mail "<ticket>" in "<language>" with ticket.pdf and conference.ics
    And rita@example.org got 2 mails in all
    And bo@example.org got 1 mail in all

    Examples:
      | language | order link                       | confirmation                                  | ticket                        |
      | en       | PyCon: your order LOCATOR        | PyCon: order LOCATOR is confirmed             | PyCon: your ticket            |
      | de       | PyCon: Ihre Bestellung LOCATOR   | PyCon: Bestellung LOCATOR ist bestätigt       | PyCon: Ihr Ticket             |
      | ko       | PyCon: 주문 LOCATOR              | PyCon: 주문 LOCATOR이(가) 확정되었습니다      | PyCon: 티켓을 보내 드립니다   |

  Scenario Outline: From an invoice to a credit note
    Given the conference takes invoices with the prefix "R-", to be paid within 14 days
    And registrants may cancel until 3 days before the conference
    When Rita orders in "<language>": 2 "Full conference"
    And Rita asks for an invoice
    Then rita@example.org got 1 mail "<invoice>" in "<language>" with R-00001.pdf
    When 14 days pass
    Then rita@example.org got 1 mail "<reminder>" in "<language>" with R-00001.pdf
    When the organizer cancels seat 1 of Rita's order
    Then rita@example.org got 1 mail "<credit note>" in "<language>" with R-00002.pdf
    And rita@example.org got 5 mails in all

    Examples:
      | language | invoice                   | reminder                                 | credit note                         |
      | en       | PyCon: invoice R-00001    | PyCon: a reminder of invoice R-00001     | PyCon: credit note R-00002          |
      | de       | PyCon: Rechnung R-00001   | PyCon: Erinnerung an Rechnung R-00001    | PyCon: Rechnungskorrektur R-00002   |
      | ko       | PyCon: 청구서 R-00001     | PyCon: 청구서 R-00001 결제 안내          | PyCon: 대변전표 R-00002             |

  Scenario Outline: An order is cancelled, and its money goes back
    Given registrants may cancel until 3 days before the conference
    When Rita orders in "<language>": 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was paid
    Then rita@example.org got 2 mails in all
    When Rita gives up the order
    Then rita@example.org got 1 mail "<cancelled>" in "<language>"
    When the organizer refunds 120.00 to Rita
    And the provider says that it gave the money back
    And the provider says that it gave the money back
    Then rita@example.org got 1 mail "<refund>" in "<language>"
    And rita@example.org got 4 mails in all

    Examples:
      | language | cancelled                                  | refund                                      |
      | en       | PyCon: order LOCATOR is cancelled          | PyCon: money back for order LOCATOR         |
      | de       | PyCon: Bestellung LOCATOR ist storniert    | PyCon: Rückzahlung zu Bestellung LOCATOR    |
      | ko       | PyCon: 주문 LOCATOR이(가) 취소되었습니다   | PyCon: 주문 LOCATOR 환불 안내               |

  Scenario Outline: An order runs out of time
    When Rita orders in "<language>": 1 "Full conference"
    And 11 minutes pass
    Then rita@example.org got 1 mail "<warning>" in "<language>"
    When 5 minutes pass
    Then Rita's order is expired
    And rita@example.org got 2 mails in all

    Examples:
      | language | warning                                     |
      | en       | PyCon: order LOCATOR expires soon           |
      | de       | PyCon: Bestellung LOCATOR läuft bald ab     |
      | ko       | PyCon: 주문 LOCATOR이(가) 곧 만료됩니다     |

  Scenario Outline: Somebody waits, and is offered seats
    When Sam orders 2 "Dinner"
    And Rita waits for 1 "Dinner" in "<language>"
    Then rita@example.org got 1 mail "<joined>" in "<language>"
    When Sam gives up the order
    Then rita@example.org got 1 mail "<offer>" in "<language>"
    And rita@example.org got 2 mails in all

    Examples:
      | language | joined                                      | offer                                                      |
      | en       | PyCon: you are on the waiting list          | PyCon: the seats that you are waiting for are free         |
      | de       | PyCon: Sie stehen auf der Warteliste        | PyCon: Die Plätze, auf die Sie warten, sind frei           |
      | ko       | PyCon: 대기자 명단에 등록되었습니다         | PyCon: 기다리시던 좌석이 확보되었습니다                    |

  Scenario: Whoever was erased gets no mails
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    Then rita@example.org got 1 mail "PyCon: your order LOCATOR" in "en"
    When the organizer has Rita erased
    And the provider says that it was paid
    Then Rita's order is confirmed
    And rita@example.org got 1 mail in all
