Feature: Finding an order again

  The record locator is a name and no secret. With the address it shows the order. Only the link in the mail changes it.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario Outline: Locator and address show the order, however they are typed
    When Rita orders 1 "Full conference"
    And somebody looks for Rita's locator, <typed>, with "<address>"
    Then Rita's order is found

    Examples:
      | typed               | address              |
      | as it is            | rita@example.org     |
      | in small letters    | Rita@Example.ORG     |
      | with blanks         | rita@example.org     |

  Scenario: What is found can be read and not changed
    Given Rita bought 1 "Full conference"
    When somebody finds Rita's order on the web page
    Then the page shows Rita's order
    When they try to give Rita's seat to Eve there
    Then they are told "Only the link in our mail to the registrant allows this. Open it, and try again."
    When they try to cancel Rita's order there
    Then they are told "Only the link in our mail to the registrant allows this. Open it, and try again."
    When they try to pay there
    Then they are told "Only the link in our mail to the registrant allows this. Open it, and try again."
    And the locator opens nothing as a secret
    And there are tickets for nobody

  Scenario: The link in the mail opens the order to change it
    Given Rita bought 1 "Full conference"
    When Rita opens the link of the mail
    And Rita gives the seat to Bo on the web page
    Then there are tickets for Bo
    And the secret is not in the address of the page

  Scenario: All misses look alike
    When Rita orders 1 "Full conference"
    Then these misses look alike
      | locator        | address              |
      | Rita's         | eve@example.org      |
      | one that is not | rita@example.org    |
      | one that is not | eve@example.org     |
      | nothing at all | rita@example.org     |
      | Rita's         |                      |
    And these misses of the link look alike
      | order          | secret               |
      | Rita's         | a guess              |
      | Rita's         | Sam's                |
      | one that is not | a guess             |
      | Rita's         | none                 |

  Scenario: Guesses are limited, and the registrant's own link goes on
    When Rita orders 1 "Full conference"
    And somebody guesses 10 locators
    Then the next guess is told "Too many attempts. Wait a few minutes and try again.", even the right one
    And from another address Rita's order is found
    And Rita's own link still opens the order, even from that address

  Scenario: Guesses of the link are limited, too
    When Rita orders 1 "Full conference"
    And somebody guesses 10 links to Rita's order
    Then the next guess of the link is told "Too many attempts. Wait a few minutes and try again."
    And Rita's own link still opens the order, even from that address

  Scenario: Guesses from many addresses are limited, too
    When Rita orders 1 "Full conference"
    And people at 20 addresses guess 10 locators each
    Then from another address a guess is told "Too many attempts. Wait a few minutes and try again."

  Scenario: One address does not hold more than its share
    Given at most 6 seats may be held from one address
    When Rita orders 4 "Full conference"
    And Sam orders 3 "Full conference"
    Then Sam is told "At most 6 seats can be held unpaid from one connection. Complete or cancel other orders first."
    And 6 "Full conference" are left
    When Sam orders from another address: 3 "Full conference"
    Then 3 "Full conference" are left
    When Rita starts to pay
    And the provider says that it was paid
    And Tom orders 3 "Full conference"
    Then 0 "Full conference" are left
